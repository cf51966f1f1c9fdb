//! What must be true of journals.
