//! Project, pass, edit, outcome, pipeline and verifier: the contract that transforms implement.
