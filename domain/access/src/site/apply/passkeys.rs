//! Folding passkeys, and whose attestation counts.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the function is handed its own events by the one exhaustive match above"
)]

use super::*;

impl Folding<'_> {
    pub(super) fn passkeys(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::PasskeyAdded {
                person,
                passkey,
                device,
            } => self.passkey_added(site, person, passkey, device.as_ref())?,
            Event::PasskeyRemoved { person, passkey } => {
                the!(self, site.passkeys, passkey);
                the!(self, site.persons, person);
                site.drop_passkeys(self.at, |held| held.passkey.id == *passkey);
            }
            Event::AttestationTrusted {
                name,
                sha256,
                certificate,
            } => {
                let root = AttestationRoot {
                    name: name.clone(),
                    sha256: *sha256,
                    certificate: certificate.clone(),
                    since: self.at,
                };
                site.roots.insert(name.clone(), root);
            }
            Event::AttestationDistrusted { name } => {
                let root = site.roots.remove(name);
                let root = root.ok_or_else(|| ApplyError::Missing {
                    kind: self.kind,
                    missing: name.clone(),
                })?;
                let attested = |held: &Passkey| held.passkey.attested == Some(root.sha256);
                let devices = site.passkeys.values().filter(|held| attested(held));
                let devices = devices.filter_map(|held| held.device.clone()).collect();
                site.suspend_devices(devices, self.at);
            }
            _ => {}
        }
        Ok(())
    }

    fn passkey_added(
        &self,
        site: &mut Site,
        person: &PersonId,
        passkey: &NewPasskey,
        device: Option<&DeviceId>,
    ) -> Result<(), ApplyError> {
        the!(self, site.persons, person);
        if let Some(device) = device {
            next!(site.devices, device);
            let enrolled = Device {
                id: device.clone(),
                person: person.clone(),
                enrolment: DeviceEnrolment {
                    key: passkey.key,
                    // It signs what a browser shows it, and no checkpoint: it is no witness.
                    witness: String::new(),
                    label: passkey.label,
                },
                since: self.at,
                confirmed: None,
                suspended: None,
            };
            site.devices.insert(device.clone(), enrolled);
        }
        let held = Passkey {
            passkey: passkey.clone(),
            person: person.clone(),
            device: device.cloned(),
            since: self.at,
        };
        site.passkeys.insert(passkey.id, held);
        Ok(())
    }
}

impl Site {
    /// Passkeys that open nothing any more; the devices that they were are suspended.
    pub(super) fn drop_passkeys(&mut self, at: Timestamp, which: impl Fn(&Passkey) -> bool) {
        let gone = self.passkeys.values().filter(|held| which(held));
        let devices = gone.filter_map(|held| held.device.clone()).collect();
        self.passkeys.retain(|_, held| !which(held));
        self.suspend_devices(devices, at);
    }

    fn suspend_devices(&mut self, which: Vec<DeviceId>, at: Timestamp) {
        for id in which {
            if let Some(device) = self.devices.get_mut(&id) {
                device.suspended.get_or_insert(at);
            }
            self.end_sessions(&EndReason::DeviceSuspended, |session| session.device == id);
        }
    }
}
