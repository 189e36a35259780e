//! A site on loopback.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ids::{DeviceId, SiteId, Timestamp};
use tokio::sync::mpsc::Receiver;
use tunnel::{
    Admission, Arrival, ConnectError, Connection, DeviceIdentity, DeviceKey, DeviceRequest,
    DialOptions, Doors, Limits, Listener, Protocol, SiteCa, SiteTls, SiteTrust, Validity,
};

pub(crate) const ENGINEERS: &str = "remote.handa.example";
pub(crate) const CONSOLE: &str = "console.handa.example";

pub(crate) struct TestSite {
    pub(crate) ca: SiteCa,
    pub(crate) listener: Listener,
    pub(crate) arrivals: Receiver<Arrival>,
}

impl TestSite {
    pub(crate) async fn open() -> Self {
        Self::with(Limits::default(), everybody()).await
    }

    pub(crate) async fn admitting(admission: Admission) -> Self {
        Self::with(Limits::default(), admission).await
    }

    pub(crate) async fn with(limits: Limits, admission: Admission) -> Self {
        let ca = new_ca();
        let tls = SiteTls::new(
            ca.certificate(),
            ca.issue_server(&[ENGINEERS, CONSOLE], validity()).unwrap(),
        );
        let (listener, arrivals) = listen(&tls, limits, admission).await;
        Self {
            ca,
            listener,
            arrivals,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    pub(crate) fn trust(&self, name: &str) -> SiteTrust {
        SiteTrust {
            ca: self.ca.certificate().to_vec(),
            name: name.to_owned(),
        }
    }

    pub(crate) fn device(&self) -> (DeviceKey, DeviceIdentity) {
        device_of(&self.ca, validity())
    }

    pub(crate) async fn connect(
        &self,
        name: &str,
        identity: Option<&DeviceIdentity>,
        protocol: Protocol,
        from: &str,
    ) -> Result<Connection, ConnectError> {
        tunnel::connect(
            &self.address().to_string(),
            &self.trust(name),
            identity,
            protocol,
            &dial_from(from),
        )
        .await
    }

    /// A good device's session arrives.
    pub(crate) async fn a_real_one_gets_in(&mut self, from: &str) -> Connection {
        let (key, identity) = self.device();
        let connection = self
            .connect(ENGINEERS, Some(&identity), Protocol::Session, from)
            .await
            .unwrap();
        let arrival = self.arrivals.recv().await.unwrap();
        assert_eq!(arrival.device_key, Some(key.key()));
        connection
    }
}

pub(crate) async fn listen(
    tls: &SiteTls,
    limits: Limits,
    admission: Admission,
) -> (Listener, Receiver<Arrival>) {
    let doors = Doors {
        engineers_name: ENGINEERS.to_owned(),
        console_name: CONSOLE.to_owned(),
    };
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    Listener::bind(loopback, doors, tls, limits, admission)
        .await
        .unwrap()
}

pub(crate) fn new_ca() -> SiteCa {
    SiteCa::generate(&site(), now()).unwrap()
}

pub(crate) fn device_of(ca: &SiteCa, validity: Validity) -> (DeviceKey, DeviceIdentity) {
    let key = DeviceKey::generate().unwrap();
    let request = DeviceRequest::read(&key.request().unwrap()).unwrap();
    let certificate = ca
        .issue_device(&request, &DeviceId::new(&site(), 1), validity)
        .unwrap();
    let identity = DeviceIdentity {
        certificate,
        key: key.pkcs8(),
    };
    (key, identity)
}

pub(crate) fn site() -> SiteId {
    "handa".parse().unwrap()
}

/// The real clock: TLS libraries, ours and OpenSSL, look at it too.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap())
}

pub(crate) fn validity() -> Validity {
    Validity::starting(now(), Duration::from_secs(24 * 3600))
}

pub(crate) fn everybody() -> Admission {
    Admission {
        engineers: vec!["127.0.0.0/8".parse().unwrap()],
        console: vec!["127.0.0.0/8".parse().unwrap()],
        joining: true,
        ..Admission::default()
    }
}

pub(crate) fn dial_from(address: &str) -> DialOptions {
    DialOptions {
        bind: Some(address.parse::<IpAddr>().unwrap()),
        timeout: Duration::from_secs(60),
    }
}
