//! Entering the target: its pinned key first, then the secret from the vault.

use std::time::Duration;

use access::{DatabaseEntry, EndReason, ServerIdentity};
use phrases::Language;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::postgres::{
    Authentication, Binding, CancelKey, Collected, Collector, Failure, Parameters, PatientColumns,
    SSL_REQUEST, Scram, ScramError, authentication, back_kind, md5_password, message, own_key,
    parameter, password, read_only, sasl_initial, startup,
};
use zeroize::Zeroizing;

use super::{patients, refusals, roles};
use crate::databases::{Far, NotEntered, secret, tls};
use crate::workers::Session;

/// How long a target may take until it is ready, TLS and sign-in together.
const ENTER_WITHIN: Duration = Duration::from_secs(20);

/// A target that is ready for the first statement.
pub(super) struct Entered {
    pub(super) far: Far,
    /// Where it keeps the numbers of patients, as far as the hospital said it.
    pub(super) patients: PatientColumns,
    /// What it says of the session: the parameters, as messages for the engineer's program.
    pub(super) parameters: Vec<u8>,
    /// By what its statements are cancelled, if it told.
    pub(super) key: Option<CancelKey>,
}

/// Signs in at the target.
pub(super) async fn enter(
    target: TcpStream,
    opened: &Session,
    asked: &Parameters,
    language: Language,
) -> Result<Entered, NotEntered> {
    // A permit for a database always says how it is entered.
    let entry = opened.permit().database();
    let entry = entry.ok_or(EndReason::TargetUnreachable)?;
    let secret = secret(opened)?;
    let entering = async {
        let (far, binding) = secured(target, &entry.server).await?;
        let mut entrance = Entrance::new(far, entry, secret, binding, language);
        entrance.sign_in(asked).await?;
        if !entry.terms.write {
            roles::only_reads(&mut entrance).await?;
        }
        let patients = patients::find(&mut entrance).await?;
        Ok(entrance.entered(patients))
    };
    let entered = timeout(ENTER_WITHIN, entering).await;
    let session = opened.permit().session();
    entered
        .unwrap_or(Err(EndReason::TargetUnreachable.into()))
        .inspect_err(|cause: &NotEntered| {
            tracing::warn!(end = cause.end.id(), %session, "a target was not entered");
        })
}

/// Speaks TLS with the pinned key, or nothing of it where the hospital accepted that.
pub(super) async fn secured(
    mut target: TcpStream,
    server: &ServerIdentity,
) -> Result<(Far, Option<Option<Vec<u8>>>), EndReason> {
    let spki = match server {
        ServerIdentity::Tls { spki } => spki,
        ServerIdentity::PlainText { .. } => return Ok((Box::new(target), None)),
        // Nobody registers a database so.
        ServerIdentity::OldTls { .. } => return Err(EndReason::TargetWithoutTls),
    };
    let gone = |_| EndReason::TargetUnreachable;
    target.write_all(&SSL_REQUEST).await.map_err(gone)?;
    // One byte and no more: what an attacker sends before TLS must not count as said inside it.
    match target.read_u8().await.map_err(gone)? {
        b'S' => {}
        b'N' => return Err(EndReason::TargetWithoutTls),
        // What is said without TLS, nobody vouches for.
        _ => return Err(EndReason::TargetUnreachable),
    }
    let secured = tls(target, *spki, b"postgresql").await?;
    Ok((Box::new(secured.stream), Some(secured.end_point)))
}

/// A sign-in that is under way.
pub(super) struct Entrance<'a> {
    far: Far,
    pub(super) entry: &'a DatabaseEntry,
    secret: Zeroizing<Vec<u8>>,
    /// With TLS: what the sign-in can be tied to.
    tls: Option<Option<Vec<u8>>>,
    pub(super) language: Language,
    collector: Collector,
    read: Vec<u8>,
    parameters: Vec<u8>,
    key: Option<CancelKey>,
}

impl<'a> Entrance<'a> {
    pub(super) fn new(
        far: Far,
        entry: &'a DatabaseEntry,
        secret: Zeroizing<Vec<u8>>,
        tls: Option<Option<Vec<u8>>>,
        language: Language,
    ) -> Self {
        Self {
            far,
            entry,
            secret,
            tls,
            language,
            collector: Collector::new(),
            read: Vec::new(),
            parameters: Vec::new(),
            key: None,
        }
    }

    fn entered(self, patients: PatientColumns) -> Entered {
        Entered {
            patients,
            far: self.far,
            parameters: self.parameters,
            key: self.key,
        }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), NotEntered> {
        let sending = async {
            self.far.write_all(bytes).await?;
            self.far.flush().await
        };
        let sent: std::io::Result<()> = sending.await;
        sent.map_err(|_| EndReason::TargetUnreachable.into())
    }

    /// The next message that is not a remark; parameters are kept for the engineer.
    pub(super) async fn next(&mut self) -> Result<Collected, NotEntered> {
        loop {
            let mut bytes = self.read.as_slice();
            let found = self.collector.next(&mut bytes);
            let rest = bytes.len();
            let found = found.map_err(|wrong| {
                tracing::warn!(%wrong, "a target broke the protocol");
                EndReason::TargetUnreachable
            })?;
            let used = self.read.len().saturating_sub(rest);
            self.read.drain(..used);
            match found {
                Some(said) if said.kind == back_kind::NOTICE => {}
                Some(said) if said.kind == back_kind::PARAMETER => {
                    if parameter(&said.body).is_some() {
                        self.parameters.extend(message(said.kind, &said.body));
                    }
                }
                Some(said) => return Ok(said),
                None => {
                    let mut buffer = [0; 4096];
                    let read = self.far.read(&mut buffer).await;
                    let read = read.map_err(|_| EndReason::TargetUnreachable)?;
                    if read == 0 {
                        return Err(EndReason::TargetUnreachable.into());
                    }
                    let bytes = buffer.get(..read).unwrap_or_default();
                    self.read.extend_from_slice(bytes);
                }
            }
        }
    }

    pub(super) async fn sign_in(&mut self, asked: &Parameters) -> Result<(), NotEntered> {
        let mut parameters = vec![
            ("user", self.entry.user.as_str()),
            ("database", &asked.database),
        ];
        let passed = asked.passed.iter();
        parameters.extend(passed.map(|(name, value)| (name.as_str(), value.as_str())));
        let read_only = read_only();
        if !self.entry.terms.write {
            parameters.push((&read_only.0, &read_only.1));
        }
        let first = startup(parameters);
        self.send(&first).await?;
        self.authenticate().await?;
        loop {
            let said = self.next().await?;
            match said.kind {
                back_kind::BACKEND_KEY => self.key = own_key(&said.body),
                back_kind::READY => return Ok(()),
                back_kind::ERROR => return Err(self.refused(&said.body)),
                _ => return Err(EndReason::TargetUnreachable.into()),
            }
        }
    }

    async fn authenticate(&mut self) -> Result<(), NotEntered> {
        loop {
            match self.asked().await? {
                Authentication::Ok => return Ok(()),
                Authentication::Password if self.tls.is_some() => {
                    let answer = Zeroizing::new(password(&self.secret));
                    self.send(&answer).await?;
                }
                Authentication::Md5(salt) => {
                    let digest = md5_password(&self.entry.user, &self.secret, salt);
                    let answer = Zeroizing::new(password(digest.as_bytes()));
                    self.send(&answer).await?;
                }
                Authentication::Sasl(mechanisms) => return self.scram(&mechanisms).await,
                asked @ (Authentication::Password
                | Authentication::SaslContinue(_)
                | Authentication::SaslFinal(_)
                | Authentication::Other(_)) => {
                    tracing::warn!(?asked, "a target asks for a sign-in that is not offered");
                    return Err(EndReason::TargetRefusedLogin.into());
                }
            }
        }
    }

    async fn asked(&mut self) -> Result<Authentication, NotEntered> {
        let said = self.next().await?;
        match said.kind {
            back_kind::AUTHENTICATION => {
                authentication(&said.body).map_err(|_| EndReason::TargetUnreachable.into())
            }
            back_kind::ERROR => Err(self.refused(&said.body)),
            _ => Err(EndReason::TargetUnreachable.into()),
        }
    }

    async fn scram(&mut self, mechanisms: &[String]) -> Result<(), NotEntered> {
        let offers = |binding: &Binding| mechanisms.iter().any(|name| name == binding.mechanism());
        let tied = self.tls.clone().flatten().map(Binding::ServerEndPoint);
        let binding = tied.filter(|tied| offers(tied)).unwrap_or(Binding::None);
        if !offers(&binding) {
            return Err(EndReason::TargetRefusedLogin.into());
        }
        let mut random = [0; 18];
        getrandom::fill(&mut random).map_err(|_| EndReason::TargetUnreachable)?;
        let mechanism = binding.mechanism();
        let mut scram = Scram::new(binding, &random);
        let first = scram.first();
        self.send(&sasl_initial(mechanism, first.as_bytes()))
            .await?;
        let Authentication::SaslContinue(server) = self.asked().await? else {
            return Err(EndReason::TargetRefusedLogin.into());
        };
        let secret = self.secret.clone();
        // Up to a second of work, as the target chooses: not on the thread that others share.
        let answering = tokio::task::spawn_blocking(move || {
            let answer = scram.answer(&secret, &server);
            (scram, answer)
        });
        let (mut scram, answer) = answering.await.map_err(|_| EndReason::TargetUnreachable)?;
        let answer = answer.map_err(|cause| not_proved(&cause))?;
        let answer = message(wire::postgres::front_kind::PASSWORD, answer.as_bytes());
        self.send(&answer).await?;
        let Authentication::SaslFinal(server) = self.asked().await? else {
            return Err(EndReason::TargetRefusedLogin.into());
        };
        scram.verify(&server).map_err(|cause| not_proved(&cause))?;
        if self.asked().await? == Authentication::Ok {
            Ok(())
        } else {
            Err(EndReason::TargetRefusedLogin.into())
        }
    }

    /// What the target says no with. That the secret is wrong is said in our words: theirs name the account.
    pub(super) fn refused(&self, body: &[u8]) -> NotEntered {
        let failure = Failure::read(body);
        tracing::warn!(code = failure.code, "a target refused the sign-in");
        let refusal = (!failure.code.starts_with("28"))
            .then(|| refusals::said_by_target(self.language, &failure.message));
        NotEntered {
            end: EndReason::TargetRefusedLogin,
            refusal,
        }
    }
}

fn not_proved(cause: &ScramError) -> NotEntered {
    tracing::warn!(%cause, "a target was not signed in at");
    EndReason::TargetRefusedLogin.into()
}
