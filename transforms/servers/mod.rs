//! Servers for web applications in Python: what starts them, what they are told and where, and which versions are
//! installed. What every pass on servers needs.

pub(crate) mod addition;
pub(crate) mod compose;
pub(crate) mod count;
pub(crate) mod edit;
pub(crate) mod installed;
pub(crate) mod launch;
pub(crate) mod table;
pub(crate) mod version;
