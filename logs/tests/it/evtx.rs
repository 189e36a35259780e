//! Writes event logs of Windows, small ones: what a machine of Windows would, as far as readers of the format ask for it
//! (MS-EVEN6 section 2.2.12 for the binary XML; the frame as libyal's description of it has it). `evtxexport` is asked
//! whether it is one.

/// The length of the file's own header, of a chunk and of a chunk's header.
const FILE_HEADER: usize = 4096;
const CHUNK: usize = 65_536;
const CHUNK_HEADER: usize = 512;

/// The parts of an event that matter here.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) id: u16,
    pub(crate) record: u64,
    pub(crate) provider: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) computer: &'static str,
    /// Under `EventData`, or under `UserData` for what the event log says of itself.
    pub(crate) data: Vec<(&'static str, String)>,
}

/// A file with these events. `leave_out`: numbers of the file's own counting that are not there.
pub(crate) fn file(events: &[Made], leave_out: &[u64]) -> Vec<u8> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    let mut number = 0;
    let mut chunk = Chunk::default();
    for event in events {
        number += 1;
        if leave_out.contains(&number) {
            continue;
        }
        if !chunk.add(number, event) {
            chunks.push(std::mem::take(&mut chunk).done());
            assert!(chunk.add(number, event), "one event fills a chunk");
        }
    }
    chunks.push(chunk.done());
    let mut out = vec![0; FILE_HEADER];
    put(&mut out, 0, b"ElfFile\0");
    put(&mut out, 16, &(chunks.len() as u64 - 1).to_le_bytes());
    put(&mut out, 24, &(number + 1).to_le_bytes());
    put(&mut out, 32, &128_u32.to_le_bytes());
    put(&mut out, 36, &1_u16.to_le_bytes());
    put(&mut out, 38, &3_u16.to_le_bytes());
    put(&mut out, 40, &4096_u16.to_le_bytes());
    put(
        &mut out,
        42,
        &u16::try_from(chunks.len()).unwrap().to_le_bytes(),
    );
    out.extend(chunks.concat());
    mend(&mut out);
    out
}

/// Makes the checksums those of what stands there now, as far as that says where it ends.
fn mend(file: &mut [u8]) {
    if let Some(header) = file.get_mut(..128) {
        let checksum = crc32(&[&header[..120]]);
        put(header, 124, &checksum.to_le_bytes());
    }
    let chunks = file.get_mut(FILE_HEADER..).unwrap_or_default();
    for chunk in chunks.chunks_exact_mut(CHUNK) {
        let free = u32::from_le_bytes([chunk[48], chunk[49], chunk[50], chunk[51]]);
        let records = chunk.get(CHUNK_HEADER..usize::try_from(free).unwrap_or(0));
        let checksum = crc32(&[records.unwrap_or_default()]);
        put(chunk, 52, &checksum.to_le_bytes());
        let checksum = crc32(&[&chunk[..120], &chunk[128..CHUNK_HEADER]]);
        put(chunk, 124, &checksum.to_le_bytes());
    }
}

#[derive(Default)]
struct Chunk {
    records: Vec<u8>,
    first: u64,
    last: u64,
    last_at: usize,
}

impl Chunk {
    fn add(&mut self, number: u64, event: &Made) -> bool {
        let start = CHUNK_HEADER + self.records.len();
        let body = xml(start + 24, event);
        // The frame: eight bytes, the number, the time; and the size once more.
        let size = 24 + body.len() + 4;
        let size = size.next_multiple_of(8);
        if start + size > CHUNK {
            return false;
        }
        let mut record = vec![0; size];
        put(&mut record, 0, b"\x2a\x2a\0\0");
        put(&mut record, 4, &u32::try_from(size).unwrap().to_le_bytes());
        put(&mut record, 8, &number.to_le_bytes());
        put(&mut record, 16, &filetime(event.at).to_le_bytes());
        put(&mut record, 24, &body);
        put(
            &mut record,
            size - 4,
            &u32::try_from(size).unwrap().to_le_bytes(),
        );
        self.records.extend(record);
        if self.first == 0 {
            self.first = number;
        }
        self.last = number;
        self.last_at = start;
        true
    }

    fn done(self) -> Vec<u8> {
        let mut out = vec![0; CHUNK];
        put(&mut out, 0, b"ElfChnk\0");
        for at in [8, 24] {
            put(&mut out, at, &self.first.to_le_bytes());
            put(&mut out, at + 8, &self.last.to_le_bytes());
        }
        put(&mut out, 40, &128_u32.to_le_bytes());
        put(
            &mut out,
            44,
            &u32::try_from(self.last_at).unwrap().to_le_bytes(),
        );
        let free = CHUNK_HEADER + self.records.len();
        put(&mut out, 48, &u32::try_from(free).unwrap().to_le_bytes());
        put(&mut out, CHUNK_HEADER, &self.records);
        out
    }
}

/// The bytes before a template's own: the token, a version, its id, where it is defined; there the next one's place, a GUID,
/// the length.
const TEMPLATE: usize = 10 + 24;

/// Binary XML that stands at this place of its chunk: a template with all elements, and behind it all that is said in them, as
/// Windows writes each event.
struct Xml {
    at: usize,
    bytes: Vec<u8>,
    values: Vec<Vec<u8>>,
}

fn xml(at: usize, event: &Made) -> Vec<u8> {
    let fragment = [0x0f, 1, 1, 0];
    let mut xml = Xml {
        at: at + fragment.len() + TEMPLATE,
        bytes: fragment.to_vec(),
        values: Vec::new(),
    };
    let space = "http://schemas.microsoft.com/win/2004/08/events/event";
    xml.element("Event", &[("xmlns", space)], |xml| {
        xml.element("System", &[], |xml| {
            xml.element("Provider", &[("Name", event.provider)], |_| {});
            xml.element("EventID", &[], |xml| xml.text(&event.id.to_string()));
            let record = event.record.to_string();
            xml.element("EventRecordID", &[], |xml| xml.text(&record));
            xml.element("Channel", &[], |xml| xml.text(event.channel));
            xml.element("Computer", &[], |xml| xml.text(event.computer));
        });
        let leaves = |xml: &mut Xml| {
            for (name, value) in &event.data {
                xml.element("Data", &[("Name", name)], |xml| xml.text(value));
            }
        };
        if event.provider == "Microsoft-Windows-Eventlog" {
            xml.element("UserData", &[], |xml| {
                xml.element("LogFileCleared", &[], |xml| {
                    for (name, value) in &event.data {
                        xml.element(name, &[], |xml| xml.text(value));
                    }
                });
            });
        } else {
            xml.element("EventData", &[], leaves);
        }
    });
    xml.bytes.push(0);
    let mut out = fragment.to_vec();
    out.extend([0x0c, 1]);
    out.extend(1_u32.to_le_bytes());
    out.extend(u32::try_from(at + out.len() + 4).unwrap().to_le_bytes());
    out.extend([0; 4]);
    out.extend([0xab; 16]);
    out.extend(u32::try_from(xml.bytes.len()).unwrap().to_le_bytes());
    out.extend(xml.bytes);
    out.extend(u32::try_from(xml.values.len()).unwrap().to_le_bytes());
    for value in &xml.values {
        out.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        // Of which type: a string.
        out.extend([0x01, 0]);
    }
    out.extend(xml.values.concat());
    out.push(0);
    out
}

impl Xml {
    fn element(&mut self, name: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Self)) {
        let more = if attributes.is_empty() { 0 } else { 0x40 };
        self.bytes.push(0x01 | more);
        // It stands there whatever is said in it.
        self.bytes.extend([0xff; 2]);
        let sized = self.size();
        self.name(name);
        if !attributes.is_empty() {
            let listed = self.size();
            for (at, (name, value)) in attributes.iter().enumerate() {
                let more = if at + 1 < attributes.len() { 0x40 } else { 0 };
                self.bytes.push(0x06 | more);
                self.name(name);
                self.text(value);
            }
            self.fill(listed);
        }
        self.bytes.push(0x02);
        inside(self);
        self.bytes.push(0x04);
        self.fill(sized);
    }

    /// Room for the size of what follows, and where that is.
    fn size(&mut self) -> usize {
        self.bytes.extend([0; 4]);
        self.bytes.len()
    }

    fn fill(&mut self, from: usize) {
        let size = u32::try_from(self.bytes.len() - from).unwrap();
        put(&mut self.bytes, from - 4, &size.to_le_bytes());
    }

    /// A name stands where it is used first: behind the place that points to it.
    fn name(&mut self, name: &str) {
        let here = u32::try_from(self.at + self.bytes.len() + 4).unwrap();
        self.bytes.extend(here.to_le_bytes());
        self.bytes.extend(0_u32.to_le_bytes());
        let units: Vec<u16> = name.encode_utf16().collect();
        let hash = units.iter().fold(0_u32, |hash, unit| {
            hash.wrapping_mul(65_599).wrapping_add(u32::from(*unit))
        });
        self.bytes.extend(((hash & 0xffff) as u16).to_le_bytes());
        self.bytes
            .extend(u16::try_from(units.len()).unwrap().to_le_bytes());
        units
            .iter()
            .for_each(|unit| self.bytes.extend(unit.to_le_bytes()));
        self.bytes.extend([0; 2]);
    }

    /// A text stands behind the template.
    fn text(&mut self, text: &str) {
        let number = u16::try_from(self.values.len()).unwrap();
        self.bytes.push(0x0d);
        self.bytes.extend(number.to_le_bytes());
        self.bytes.push(0x01);
        let units = text.encode_utf16();
        self.values.push(units.flat_map(u16::to_le_bytes).collect());
    }
}

/// Tenths of microseconds since 1601.
fn filetime(millis: i64) -> u64 {
    u64::try_from((millis + 11_644_473_600_000) * 10_000).unwrap()
}

fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

/// As IEEE 802.3 has it.
fn crc32(parts: &[&[u8]]) -> u32 {
    let mut crc = !0_u32;
    for byte in parts.iter().flat_map(|part| part.iter()) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let low = crc & 1;
            crc = (crc >> 1) ^ (0xedb8_8320 * low);
        }
    }
    !crc
}
