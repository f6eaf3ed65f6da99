//! The platform as its users meet it: programs are started as processes, and judged by what they answer, print and send.

mod collector;
mod console;
mod flow;
mod hostile;
mod interop;
mod launcher;
mod live_sampling;
mod load;
mod logs;
mod shutdown;
mod support;
mod w3c_service;
