//! Those who send slowly are not waited for, and hold up nobody else.

use std::time::{Duration, Instant};

use linewright_api::{Config, router};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

use crate::bench::{Bench, Engine, on_both};

on_both!(slow_heads_and_bodies_are_cut_off, those_who_take_no_answer_are_cut_off);

const HEAD: Duration = Duration::from_millis(600);
const REQUEST: Duration = Duration::from_millis(900);

/// Far above both, on a busy machine; far below what the senders would take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends this at once, then a letter now and then until it is answered or cut off; the answer and how long it took.
async fn slowly(host: &str, at_once: &str, letter: &[u8]) -> (String, Duration) {
    let (started, mut stream) = (Instant::now(), TcpStream::connect(host).await.unwrap());
    stream.write_all(at_once.as_bytes()).await.unwrap();
    let (mut read, mut answered) = ([0; 4096], Vec::new());
    while started.elapsed() < PATIENCE {
        match tokio::time::timeout(Duration::from_millis(50), stream.read(&mut read)).await {
            Ok(Ok(count @ 1..)) => answered.extend_from_slice(&read[..count]),
            Ok(_) => return (String::from_utf8(answered).unwrap(), started.elapsed()),
            // Whether it still arrives is for the next reading to say.
            Err(_) => drop(stream.write_all(letter).await),
        }
    }
    panic!("{at_once:?} held its connection for {PATIENCE:?}: {}", String::from_utf8_lossy(&answered));
}

async fn slow_heads_and_bodies_are_cut_off(engine: Engine) {
    let bench = Bench::new(engine).await;
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = socket.local_addr().unwrap().to_string();
    let config = Config { head_time: HEAD, request_time: REQUEST, ..Config::default() };
    let (stop, stopped) = oneshot::channel::<()>();
    let told = async { drop(stopped.await) };
    let serving = tokio::spawn(linewright_api::serve(socket, router(bench.service.clone(), config), config, told));

    let heads = ["", "GET / HT", "GET /healthz HTTP/1.1\r\nHost: x\r\n", "GET /healthz HTTP/1.1\r\nX-Long: "];
    let many = heads.into_iter().cycle().take(200).map(|head| {
        let host = host.clone();
        tokio::spawn(async move { slowly(&host, head, if head.is_empty() { b"" } else { b"a" }).await })
    });
    let many: Vec<_> = many.collect();
    // Others are answered meanwhile.
    let (answered, took) = slowly(&host, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"").await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    for one in many {
        let (answered, took) = one.await.unwrap();
        assert!(answered.is_empty() || answered.starts_with("HTTP/1.1 4"), "{answered}");
        assert!(took >= HEAD / 2, "cut off after {took:?}");
    }

    let post = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for body in ["Content-Length: 1000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"] {
        let letter: &[u8] = if body.starts_with('C') { b" " } else { b"1\r\n \r\n" };
        let (answered, took) = slowly(&host, &format!("{post}{body}"), letter).await;
        assert!(answered.starts_with("HTTP/1.1 408") && answered.contains("/problems/too-slow"), "{answered}");
        assert!(took >= REQUEST, "cut off after {took:?}");
    }

    // A connection that is kept ends with the service.
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, serving).await.unwrap().unwrap();
}

async fn those_who_take_no_answer_are_cut_off(engine: Engine) {
    let bench = Bench::new(engine).await;
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    let write_time = Duration::from_millis(400);
    // One connection at a time: another is answered when the first is gone.
    let config = Config { head_time: PATIENCE, write_time, connections: 1, ..Config::default() };
    let service = router(bench.service.clone(), config);
    let serving = tokio::spawn(linewright_api::serve(socket, service, config, std::future::pending()));
    let ask = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    let deaf = TcpSocket::new_v4().unwrap();
    deaf.set_recv_buffer_size(4096).unwrap();
    let mut deaf = deaf.connect(at).await.unwrap();
    // Far more answers than any buffer holds; the requests themselves stop being read as well.
    tokio::time::timeout(write_time, deaf.write_all(ask.repeat(2000).as_bytes())).await.ok();
    let started = Instant::now();
    let once = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let (answered, took) = slowly(&at.to_string(), once, b"").await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    assert!(took < PATIENCE / 2, "{took:?}");
    // Whoever reads, if slowly, is not: a letter within the time is enough.
    let slow = TcpSocket::new_v4().unwrap();
    slow.set_recv_buffer_size(4096).unwrap();
    let mut slow = slow.connect(at).await.unwrap();
    slow.write_all(ask.replace("Host", "Connection: close\r\nHost").as_bytes()).await.unwrap();
    let (mut read, mut part) = (0, [0; 4096]);
    while let count @ 1.. = slow.read(&mut part).await.unwrap() {
        read += count;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(read > 100_000, "{read}");
    drop(deaf);
    assert!(started.elapsed() < PATIENCE);
    serving.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_connections_than_there_may_be_wait_and_long_heads_are_refused() {
    let bench = Bench::new(Engine::Sqlite).await;
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = socket.local_addr().unwrap().to_string();
    let config = Config { head_time: HEAD, connections: 2, ..Config::default() };
    let service = router(bench.service.clone(), config);
    let serving = tokio::spawn(linewright_api::serve(socket, service, config, std::future::pending()));
    let idle = [TcpStream::connect(&host).await.unwrap(), TcpStream::connect(&host).await.unwrap()];
    // Both are in before a third asks.
    tokio::time::sleep(HEAD / 4).await;
    let once = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let (answered, took) = slowly(&host, once, b"").await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    assert!(took >= HEAD / 2, "answered beside two others after {took:?}");
    drop(idle);
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000));
    let (answered, _) = slowly(&host, &long, b"").await;
    assert!(answered.starts_with("HTTP/1.1 431"), "{answered}");
    serving.abort();
}
