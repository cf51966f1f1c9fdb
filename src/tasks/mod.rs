//! What takes time: jobs, their pace and their reports. Knows neither the app nor the screen.
