//! A hospital over which the rules watch.

use access::*;
use ids::{SessionId, Timestamp};
use watch::{Row, Rule, Sighting, Watch};

use crate::world::*;

pub(crate) struct Ward {
    pub(crate) world: World,
    pub(crate) watch: Watch,
    /// The state after the entries that were heard.
    site: Site,
    heard: usize,
    pub(crate) seen: Vec<Sighting>,
}

impl Ward {
    /// Everything so far was ordinary.
    #[track_caller]
    pub(crate) fn of(world: World) -> Self {
        let mut ward = Self::that_watches(world, Watch::new());
        assert_eq!(ward.fired(), []);
        ward
    }

    pub(crate) fn that_watches(world: World, watch: Watch) -> Self {
        Self {
            site: Site::empty(handa()),
            world,
            watch,
            heard: 0,
            seen: Vec::new(),
        }
    }

    /// The rules that fired since the last question.
    pub(crate) fn fired(&mut self) -> Vec<Rule> {
        let before = self.seen.len();
        for entry in &self.world.entries[self.heard..] {
            self.site.apply(entry).unwrap();
            let sightings = self.watch.heard(&self.site, self.heard as u64, entry);
            self.seen.extend(sightings);
            self.heard += 1;
        }
        self.seen[before..]
            .iter()
            .map(|sighting| sighting.rule)
            .collect()
    }

    /// Is refused, and that is entered as the gateway enters it.
    #[track_caller]
    pub(crate) fn refused(&mut self, by: &Caller, command: Command) -> Vec<Rule> {
        self.refused_so_often(by, command, 1)
    }

    #[track_caller]
    pub(crate) fn refused_so_often(
        &mut self,
        by: &Caller,
        command: Command,
        times: u32,
    ) -> Vec<Rule> {
        let name = command.name();
        let reasons = self.world.refused(by, command);
        self.was_refused(by, name, reasons, times)
    }

    #[track_caller]
    pub(crate) fn was_refused(
        &mut self,
        by: &Caller,
        command: &str,
        reasons: Vec<Reason>,
        times: u32,
    ) -> Vec<Rule> {
        let note = GatewayNote::Refused {
            caller: by.clone(),
            command: command.to_owned(),
            reasons,
            times,
            visit: None,
        };
        self.notes(note)
    }

    #[track_caller]
    pub(crate) fn notes(&mut self, note: GatewayNote) -> Vec<Rule> {
        self.world.does(&Caller::gateway(), Command::Note(note));
        self.fired()
    }

    #[track_caller]
    pub(crate) fn does(&mut self, by: &Caller, command: Command) -> Vec<Rule> {
        self.world.does(by, command);
        self.fired()
    }

    /// Enters what no decision gives.
    pub(crate) fn enters(&mut self, event: Event) -> Vec<Rule> {
        self.world.enter(&Caller::gateway(), vec![event]);
        self.fired()
    }

    pub(crate) fn signs_in(&mut self, by: &Caller) -> Vec<Rule> {
        let Who::Person(person) = &by.who else {
            panic!("nobody signs in")
        };
        self.notes(GatewayNote::SignedIn {
            person: person.clone(),
            factors: by.factors,
            device: by.device.clone(),
            source: by.source,
        })
    }

    /// Reads a row of the recording of the first session.
    pub(crate) fn reads(&mut self, row: Row<'_>) -> Vec<Rule> {
        self.reads_of(&session(1), row)
    }

    pub(crate) fn reads_of(&mut self, of: &SessionId, row: Row<'_>) -> Vec<Rule> {
        let at = self.world.now;
        let sightings = self.watch.read(&self.site, of, at, row);
        let rules = sightings.iter().map(|sighting| sighting.rule).collect();
        self.seen.extend(sightings);
        rules
    }

    pub(crate) fn looks(&mut self) -> Vec<Rule> {
        let sightings = self.watch.looked(&self.site, self.world.now);
        sightings.iter().map(|sighting| sighting.rule).collect()
    }

    /// Ito asks for this visit to the billing server, the nurse approves, and a session is opened.
    #[track_caller]
    pub(crate) fn visits(&mut self, change: impl FnOnce(&mut NewVisit)) -> SessionId {
        let mut asked = self.world.visit_to(BILLING, HOUR);
        change(&mut asked);
        let request = self.world.ask(&engineer(ITO), asked);
        self.world.approve(NURSE, &request);
        self.world.does(&engineer(ITO), open(BILLING));
        session(self.world.site.sessions().count() as u64)
    }

    pub(crate) fn closes(&mut self, of: SessionId, received: u64, data_out: u64) -> Vec<Rule> {
        let close = Command::CloseSession {
            session: of,
            reason: EndReason::EngineerClosed,
            sent: 1,
            received,
            data_out,
        };
        self.does(&Caller::gateway(), close)
    }
}

pub(crate) fn from(mut caller: Caller, source: &str) -> Caller {
    caller.source = Source::Address(source.parse().unwrap());
    caller
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
