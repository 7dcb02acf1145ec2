//! The transform passes of dockfit, a folder each.
