//! The commands of a RUN, each word with its place in the text.
