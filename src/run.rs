//! The loop: input, reports and frame timer in; app; effects and frames out.
