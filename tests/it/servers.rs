//! The contract on servers that nobody here wrote.
