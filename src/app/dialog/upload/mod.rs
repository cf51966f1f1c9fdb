//! A new upload: first the files are chosen in a browser, then a form asks where they go and how.
//!
//! Values only: what a key means for them is decided here, what has to be read or sent is done by the app.

pub mod area;
mod browser;
mod check;
mod field;
mod forecast;
mod form;
pub mod list;
mod order;
mod step;
mod typing;

pub use browser::Browser;
pub use field::{Field, Kind};
pub use forecast::{Forecast, Rules};
pub use form::{Form, FormLine, FormStep};
pub use step::{Picked, Step, Want};

/// The dialog.
#[derive(Debug, Clone)]
pub struct Upload {
    pub bucket: String,
    /// What keys begin with unless something else is typed; empty, or ends in `/`.
    pub prefix: String,
    pub browser: Browser,
    /// What was chosen and how it is to be sent; kept while the browser is shown again.
    pub form: Option<Form>,
    /// Whether the form has the keys.
    pub in_form: bool,
}
