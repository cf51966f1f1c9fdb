//! tmp
use std::sync::Arc;
fn main() {
    let rt = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let clock = mopup::s3::Clock::system();
    let o = mopup::cli::tui::Options {
        start: None,
        read_only: false,
        settings: mopup::config::load(None).unwrap(),
        provider: None,
        audit: None,
        service: mopup::cli::tui::Service::Demo,
    };
    let r = rt.block_on(mopup::cli::tui::run(o, clock));
    println!("{r:?}");
    let _ = Arc::new(1);
}
