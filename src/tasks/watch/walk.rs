//! Page after page of one upload's parts, from a place that was chosen, on servers that run in circles.
//!
//! A page that failed is asked for again; nothing that was read is lost.

use std::collections::HashSet;

use crate::s3::{ListParts, PartsPage};

/// Pages yet to be read.
#[derive(Debug)]
pub(super) struct Walk {
    request: Option<ListParts>,
    markers: HashSet<String>,
    pub(super) pages: u32,
    /// The server gave a marker that leads nowhere.
    pub(super) circles: bool,
}

impl Walk {
    pub(super) fn new(request: ListParts) -> Self {
        Self {
            markers: request.marker.iter().cloned().collect(),
            request: Some(request),
            pages: 0,
            circles: false,
        }
    }

    /// The request for the next page; `None` after the last.
    pub(super) const fn request(&self) -> Option<&ListParts> {
        self.request.as_ref()
    }

    /// Goes on behind a page that was read.
    pub(super) fn read(&mut self, page: &PartsPage) {
        self.pages += 1;
        let Some(next) = &page.next else {
            self.request = None;
            return;
        };
        if next.is_empty() || page.parts.is_empty() || !self.markers.insert(next.clone()) {
            self.circles = true;
            self.request = None;
        } else if let Some(request) = &mut self.request {
            request.marker = Some(next.clone());
        }
    }
}
