//! The makers of security keys whose word the hospital takes.

use wire::api::v1::{AddAttestationRoot, AttestationRoot};

use super::site::done;
use crate::cli::AttestationRootVerb;
use crate::context::Context;
use crate::failure::Failure;

pub(super) async fn run(context: &Context, verb: AttestationRootVerb) -> Result<(), Failure> {
    let api = context.at().await?.api;
    match verb {
        AttestationRootVerb::List => {
            let roots = api.attestation_roots().await?;
            context.show(&roots, |context| match roots.is_empty() {
                true => vec![context.say("cli-attestation-none", &[])],
                false => roots.iter().map(line).collect(),
            })
        }
        AttestationRootVerb::Add { name, certificate } => {
            let read = std::fs::read_to_string(&certificate);
            let pem = read.map_err(|cause| Failure::unreadable(&certificate, &cause))?;
            api.add_attestation_root(&AddAttestationRoot { name, pem })
                .await?;
            done(context)
        }
        AttestationRootVerb::Remove { name } => {
            api.remove_attestation_root(&name).await?;
            done(context)
        }
    }
}

fn line(root: &AttestationRoot) -> String {
    let (name, sha256, since) = (&root.name, root.sha256, root.since);
    format!("{name}  {sha256}  {since}")
}
