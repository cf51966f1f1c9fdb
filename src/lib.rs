//! `mopup`: the multipart uploads in progress of S3 and S3-compatible buckets, in a terminal.
//!
//! This page is the architecture.
//!
//! ```text
//!                       main · cli · config · run · term              shell: wires, loops, owns the terminal
//!                      /                                \
//!     what is seen    ui ──► app        demo ── tasks ──► s3, journal    what takes time
//!                              \                    /
//!                               ▼                  ▼
//!                                protocol ──► model                      plain data: no I/O, no async
//! ```
//!
//! # The rule
//!
//! If it can be drawn it is on the left, if it can wait it is on the right; they meet only in [`protocol`].
//! The left names no tokio, no SDK, no file system and no clock; the right names no app, no screen and no
//! ratatui. The SDK's types live in one folder, `s3/sdk`. A test (`tests/it/layers.rs`) reads every path in
//! `src/` and compares it with a table of allowed edges.
//!
//! # The folders
//!
//! * [`model`]: what the program knows. Rows, parts, measures, filters, views, totals; time arrives as a number.
//! * [`protocol`]: what left and right say to each other: commands one way, reports the other.
//! * [`app`]: what the program decides. Events in, effects out; nothing waits here.
//! * [`ui`]: what the program shows. Draws the app's state, only the rows in sight.
//! * [`s3`]: what the program asks of S3, and the stores that answer: over the SDK, in memory, faulty by script.
//! * [`tasks`]: what takes time: the job tree, the mailbox, the pacer, listing, sizing, the abort protocol, sending.
//! * [`journal`]: the records of our own uploads, one locked file each.
//! * [`demo`]: an S3 server in this process over the in-memory store, and the situation it is filled with.
//! * [`config`], [`cli`], [`run`], [`term`]: the shell around them.
//!
//! # A keypress
//!
//! `a` arrives from the terminal as [`app::Event::Key`]. The keymap makes it [`app::Action::Abort`]; the app
//! freezes the marked rows into a dialog. When the confirmation is typed, `update` answers with
//! [`app::Effect::Send`] and a [`protocol::Command::Abort`] that carries a new [`protocol::JobId`]. The loop
//! hands it to [`tasks::Engine`], which looks at each upload again, aborts through the bucket's pacer, verifies,
//! writes the audit log and reports [`protocol::News::Aborted`] into the mailbox. The loop drains the mailbox into
//! [`app::Event::Reports`]; rows leave the table, totals fall, the cursor keeps its row, one frame is drawn.
//!
//! # An upload
//!
//! `u` opens a form whose plan is [`model::plan`]'s; enter sends a [`protocol::Command::Send`]. The engine expands
//! what was named into files, writes each one's recipe into a [`journal`] of its own before anything is begun,
//! begins, and lets parts flow: a buffer out of a fixed pool, read and hashed on a blocking thread, handed to the
//! store slice by slice as the limit allows, tried again until the service has it, recorded. How far it is
//! overwrites what was told before ([`protocol::News::Sending`]). At the end the object is made of our own list
//! of parts, looked at, and its journal ended. Whatever stops it before leaves the journal: `r`, or
//! `mopup resume`, compares what the service lists with the source and sends the rest.
//!
//! An upload that another program began is adopted by a [`protocol::Command::Adopt`]: what is held is compared with
//! the file, a journal says what was found, and from there on it is a resume.
//!
//! # A watch
//!
//! `w`, or `mopup watch`, sends a [`protocol::Command::Watch`] for each upload. Its job reads all parts once into a
//! [`model::watch::Ledger`], and then looks: the [`model::watch::Route`] names one small page where new parts appear,
//! now and then one of older numbers; all watches together keep within one budget. [`model::watch::Rhythm`] tells from
//! the service's own dates how parts come and when a quiet is a stall. Once the upload is gone, the object at its key
//! tells how it ended ([`model::watch::conclude`]).
//!
//! # Glossary
//!
//! S3's words first: *upload* (a multipart upload in progress), *part*, *`ETag`*, *initiated*, *abort*. Ours:
//!
//! * *row*: an upload in a bucket's table; [`model::RowId`] names it, never an index.
//! * *measure*: how far an upload is sized: unknown, at least, exact, denied.
//! * *mark*: a row chosen by the person for the next action.
//! * *job*: a piece of work that takes time; *news*: what it reports; *task*: a job that the person sees.
//! * *order*: what a person asks to be sent; *plan*: in which parts; *recipe*: both, as a journal remembers them.
//! * *journal*: the record of one upload of ours, from before it is begun to its end; *kept*: stopped, with a
//!   journal that it can be gone on with.
//! * *barren*: how long nothing of an upload went well; *patience*: how long that may last.
//! * *verdict*: of an upload that ended, how sure it is that what is stored is what was read; of one that did not,
//!   whether it can be completed ([`model::completion`]), whose *ruling* is *can*, *can, but* or *cannot*.
//! * *look*: one reading of a watched upload; *vitals*: what is told after it; *happening*: what it found to be new.
//! * *place*: a bucket as the person sees it: table, listing, cursor.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod journal;
pub mod model;
pub mod protocol;
pub mod run;
pub mod s3;
pub mod tasks;
pub mod term;
pub mod ui;
