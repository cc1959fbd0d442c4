//! A bounded generator of load on the loopback: closed (so many clients, one request after the other) or open (requests at
//! a rate, whether the ones before are answered or not).

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Clients of an open load: requests that may be under way at once.
const CLIENTS: usize = 32;

/// A connection that is kept.
pub(crate) struct Client(BufReader<TcpStream>);

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: usize,
}

impl Client {
    pub(crate) async fn new(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(1 << 16, stream)))
    }

    /// Sends a request as it stands and reads the answer, whose length must be said.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.0.get_mut().write_all(request).await?;
        let broken = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
        let (mut status, mut bytes, mut line) = (None, 0, String::new());
        loop {
            line.clear();
            if self.0.read_line(&mut line).await? == 0 {
                return Err(broken("the connection was closed"));
            }
            match line.trim_end().split_once(": ") {
                None if status.is_none() => status = line.split(' ').nth(1).and_then(|status| status.parse().ok()),
                None => break,
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    bytes = value.parse().map_err(|_| broken("no length"))?;
                }
                Some(_) => {}
            }
        }
        let mut body = vec![0; bytes];
        self.0.read_exact(&mut body).await?;
        Ok(Answer { status: status.ok_or_else(|| broken("no status"))?, bytes })
    }
}

/// A request, ready to be sent.
pub(crate) fn request(line: &str, host: &str, token: &str, body: &str) -> Vec<u8> {
    let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n");
    let body_head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    format!("{head}{}", if body.is_empty() { "\r\n" } else { &body_head }).into_bytes()
}

/// What a load came to.
#[derive(Default)]
pub(crate) struct Load {
    /// Milliseconds of each answer, in order.
    pub(crate) millis: Vec<f64>,
    /// Requests not answered with a 2xx.
    pub(crate) errors: usize,
    /// How long it took, seconds.
    pub(crate) seconds: f64,
}

impl Load {
    pub(crate) fn rate(&self) -> f64 {
        self.millis.len() as f64 / self.seconds
    }

    pub(crate) fn share(&self, share: f64) -> f64 {
        let last = self.millis.len().saturating_sub(1);
        self.millis.get(((self.millis.len() as f64 * share) as usize).min(last)).copied().unwrap_or(f64::NAN)
    }

    fn of(parts: Vec<(Vec<f64>, usize)>, start: Instant) -> Self {
        let seconds = start.elapsed().as_secs_f64();
        let errors = parts.iter().map(|(_, errors)| errors).sum();
        let mut millis: Vec<f64> = parts.into_iter().flat_map(|(millis, _)| millis).collect();
        millis.sort_by(f64::total_cmp);
        Self { millis, errors, seconds }
    }
}

/// Something that can be asked the n-th request of a load; whether it was answered well.
pub(crate) trait Asked: Send + 'static {
    fn ask(&mut self, n: usize) -> impl Future<Output = bool> + Send;
}

/// Asks over HTTP.
pub(crate) struct Http {
    pub(crate) client: Client,
    pub(crate) requests: Arc<Vec<Vec<u8>>>,
}

impl Http {
    pub(crate) async fn new(host: &str, requests: &Arc<Vec<Vec<u8>>>) -> Result<Self> {
        Ok(Self { client: Client::new(host).await?, requests: requests.clone() })
    }

    pub(crate) async fn several(host: &str, requests: &Arc<Vec<Vec<u8>>>, many: usize) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for _ in 0..many {
            all.push(Self::new(host, requests).await?);
        }
        Ok(all)
    }

    pub(crate) async fn clients(host: &str, requests: &Arc<Vec<Vec<u8>>>) -> Result<Vec<Self>> {
        Self::several(host, requests, CLIENTS).await
    }
}

impl Asked for Http {
    async fn ask(&mut self, n: usize) -> bool {
        let answer = self.client.ask(&self.requests[n % self.requests.len()]).await;
        answer.is_ok_and(|answer| (200..300).contains(&answer.status))
    }
}

/// Each client asks again as soon as it is answered.
pub(crate) async fn closed<A: Asked>(clients: Vec<A>, seconds: f64) -> Load {
    let (start, next) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let end = start + Duration::from_secs_f64(seconds);
    let tasks = clients.into_iter().map(|mut client| {
        let next = next.clone();
        tokio::spawn(async move {
            let (mut millis, mut errors) = (Vec::new(), 0);
            while Instant::now() < end {
                let asked = Instant::now();
                match client.ask(next.fetch_add(1, Ordering::Relaxed)).await {
                    true => millis.push(asked.elapsed().as_secs_f64() * 1e3),
                    false => errors += 1,
                }
            }
            (millis, errors)
        })
    });
    gathered(tasks.collect(), start).await
}

/// Requests come at random at a rate; one that finds all clients at work waits, and its waiting counts.
pub(crate) async fn open<A: Asked>(clients: Vec<A>, rate: f64, seconds: f64) -> Load {
    let mut dice = crate::Dice(1);
    let (mut at, mut arrivals) = (0.0, Vec::new());
    while at < seconds {
        arrivals.push(Duration::from_secs_f64(at));
        at -= (1.0 - dice.share()).ln() / rate;
    }
    let (arrivals, next, start) = (Arc::new(arrivals), Arc::new(AtomicUsize::new(0)), Instant::now());
    let tasks = clients.into_iter().map(|mut client| {
        let (arrivals, next) = (arrivals.clone(), next.clone());
        tokio::spawn(async move {
            let (mut millis, mut errors) = (Vec::new(), 0);
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(arrival) = arrivals.get(n).map(|after| start + *after) else { return (millis, errors) };
                let early = Instant::now() < arrival;
                tokio::time::sleep_until(arrival.into()).await;
                // How late the timer rings is not the server's doing.
                let asked = if early { Instant::now() } else { arrival };
                match client.ask(n).await {
                    true => millis.push(asked.elapsed().as_secs_f64() * 1e3),
                    false => errors += 1,
                }
            }
        })
    });
    gathered(tasks.collect(), start).await
}

async fn gathered(tasks: Vec<tokio::task::JoinHandle<(Vec<f64>, usize)>>, start: Instant) -> Load {
    let mut parts = Vec::new();
    for task in tasks {
        parts.push(task.await.unwrap());
    }
    Load::of(parts, start)
}
