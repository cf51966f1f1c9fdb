//! The SDK store against canned answers of servers that misbehave.
