use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

use crate::{House, ORIGIN};

/// A server that ends with the test.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    pub fn start(house: &House, arguments: &[&str]) -> Self {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = house.command(&all).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim_end().to_owned() }
    }

    /// The head and the body of the answer to a plain request.
    pub fn get(&self, path: &str) -> String {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_served_log_is_verified_over_http_and_nothing_else_of_its_folder_is_served() {
    let house = House::with_log(300);
    let server = Server::start(&house, &["log"]);
    house.verify(&server.url, &[]).with(0).says("300 of 300");
    let checkpoint = server.get("/checkpoint");
    assert!(checkpoint.starts_with("HTTP/1.1 200") && checkpoint.contains("text/plain; charset=utf-8"));
    assert!(server.get("/tile/0/000").contains("immutable"));
    for path in
        ["/state", "/../state", "/%2e%2e/state", "/tile/0/%2e%2e/%2e%2e/checkpoint", "/writer.lock", "/"]
    {
        assert!(server.get(path).starts_with("HTTP/1.1 404"), "{path}");
    }
    assert!(server.get("/add-checkpoint").starts_with("HTTP/1.1 405"));
    std::fs::write(house.path("log/public/tile/0/000"), vec![0; 8192]).unwrap();
    house.verify(&server.url, &[]).with(8).says("tile/0/000");
}

#[test]
fn a_witness_cosigns_a_log_that_grows_and_refuses_its_fork() {
    let house = House::with_log(5);
    house
        .ledger(&["witness", "new", "witness", "--name", "witness.example/w1"])
        .with(0)
        .says("witness.example/w1+");
    house.ledger(&["witness", "new", "witness", "--name", "witness.example/w1"]).with(7);
    let admit = ["witness", "admit", "witness", "--origin", ORIGIN, "--key", "log.pub"];
    house.ledger(&admit).with(0);
    house.ledger(&admit).with(3).says("watched already");
    let server = Server::start(&house, &["--witness", "witness"]);
    let ask = ["witness", "ask", "log", "--url", &server.url, "--witness-key", "witness/witness.pub"];
    house.verify("log", &["--witness-key", "witness/witness.pub"]).with(8).says("0 of the 1 witnesses");
    house.ledger(&ask).with(0).says("cosigned by witness.example/w1");
    house.verify("log", &["--witness-key", "witness/witness.pub"]).with(0);
    house.append(5, 400);
    house.ledger(&ask).with(0);
    house.ledger(&["prove", "log", "7", "--out", "proof"]).with(0);
    std::fs::write(house.path("entry"), "entry 7").unwrap();
    let proof = ["verify", "--proof", "proof", "--entry", "entry", "--key", "log.pub", "--origin", ORIGIN];
    house.ledger(&[&proof[..], &["--witness-key", "witness/witness.pub"]].concat()).with(0);
    std::fs::rename(house.path("log"), house.path("honest")).unwrap();
    house.ledger(&["new", "log", "--origin", ORIGIN]).with(0);
    house.append(1, 402);
    house.ledger(&ask).with(7).says("status 422");
    std::fs::remove_dir_all(house.path("log")).unwrap();
    house.ledger(&["new", "log", "--origin", ORIGIN]).with(0);
    house.append(0, 9);
    house.ledger(&ask).with(8).says("has cosigned 400 entries of this log, which has 9");
}

#[test]
fn a_witness_that_sleeps_is_given_up_and_nothing_is_lost() {
    let house = House::with_log(5);
    house.ledger(&["witness", "new", "witness", "--name", "witness.example/w1"]).with(0);
    // It takes the connection and says nothing.
    let sleeper = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", sleeper.local_addr().unwrap());
    let ask = [
        "witness",
        "ask",
        "log",
        "--url",
        &url,
        "--witness-key",
        "witness/witness.pub",
        "--answer-within",
        "1",
    ];
    house.ledger(&ask).with(7).says("the witness did not answer");
    house.verify("log", &[]).with(0);
    house.append(5, 6);
}
