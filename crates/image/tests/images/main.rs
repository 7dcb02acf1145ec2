//! Images made in the test: read, and compared.

mod compared;
mod installed;
mod made;
mod read;
