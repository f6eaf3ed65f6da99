//! A client of the gateway that sends the bytes that it is told to, valid or not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::json;

const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// A request that is under way.
pub(crate) struct Exchange {
    stream: TcpStream,
    read: Vec<u8>,
}

/// The answer to a request, as it was received.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

/// Asks, and waits for the whole answer.
pub(crate) fn ask(gateway: SocketAddr, question: &str) -> Answer {
    ask_with(gateway, question, &[])
}

/// The same with more header fields, whose values may be any bytes.
pub(crate) fn ask_with(gateway: SocketAddr, question: &str, fields: &[(&str, &[u8])]) -> Answer {
    let body = json!({ "question": question }).to_string();
    Exchange::start(gateway, fields, body.len(), &body).finish()
}

/// Asks for an answer word by word.
pub(crate) fn ask_streamed(gateway: SocketAddr, question: &str) -> Exchange {
    let body = json!({ "question": question, "stream": true }).to_string();
    Exchange::start(gateway, &[], body.len(), &body)
}

/// Sends the beginning of a request, whose end never comes.
pub(crate) fn half_a_request(path: &str, server: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(server).expect("the server listens");
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\ncontent-length: 100\r\n\r\n"
    )
    .expect("it reads");
    // It asks for the rest of the request: so it has begun to handle it.
    let mut asked = [0; 8];
    stream
        .set_read_timeout(Some(ANSWER_WITHIN))
        .expect("an option");
    stream.read_exact(&mut asked).expect("it asks for the rest");
    stream
}

impl Exchange {
    fn start(server: SocketAddr, fields: &[(&str, &[u8])], length: usize, body: &str) -> Self {
        let mut request = format!(
            "POST /v1/ask HTTP/1.1\r\nhost: {server}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n"
        )
        .into_bytes();
        for (name, value) in fields {
            request.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body.as_bytes());
        let mut stream = TcpStream::connect(server).expect("the gateway listens");
        stream
            .set_read_timeout(Some(ANSWER_WITHIN))
            .expect("an option");
        stream.write_all(&request).expect("the gateway reads");
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// Reads until the answer has this text.
    pub(crate) fn read_until(&mut self, text: &str) {
        let mut buffer = [0; 4096];
        while !self.text().contains(text) {
            let count = self.stream.read(&mut buffer).expect("an answer in time");
            assert!(count > 0, "the answer ended early: {}", self.text());
            self.read.extend_from_slice(&buffer[..count]);
        }
    }

    /// Reads the answer to its end.
    pub(crate) fn finish(mut self) -> Answer {
        let end = self.stream.read_to_end(&mut self.read);
        let text = self.text();
        end.unwrap_or_else(|error| panic!("the answer broke off ({error}) after: {text}"));
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| {
            panic!("this is no answer: {text}");
        });
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer {
            status: status.unwrap_or_else(|| panic!("no status: {head}")),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }
}

impl Answer {
    /// The values of a header field, given in lower case.
    pub(crate) fn fields(&self, name: &str) -> Vec<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }
}
