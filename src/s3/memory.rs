//! A whole S3 in a map.
