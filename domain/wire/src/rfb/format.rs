//! Pixels and screens, as a server announces them.

use super::{MAX_DESKTOP_NAME, MAX_PIXELS, Misbehaviour};

/// How a pixel is written (RFC 6143 §7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelFormat([u8; 16]);

impl PixelFormat {
    /// Its length, in bytes.
    pub const LENGTH: usize = 16;

    /// What a gateway asks for where a server's own is another: 32 bits, little-endian, 0x00RRGGBB.
    pub const OURS: Self = Self([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);

    /// Reads one that can be followed.
    ///
    /// # Errors
    /// If its pixels are not 32 bits of true colour, with red, green and blue inside them.
    pub fn read(bytes: &[u8; Self::LENGTH]) -> Result<Self, Misbehaviour> {
        let [
            bits,
            _,
            _,
            true_colour,
            most @ ..,
            red,
            green,
            blue,
            _,
            _,
            _,
        ] = *bytes;
        let most = most.as_chunks::<2>().0;
        let inside = [red, green, blue].iter().all(|shift| *shift < 32)
            && most.iter().all(|most| u16::from_be_bytes(*most) <= 255);
        if bits == 32 && true_colour != 0 && inside {
            Ok(Self(*bytes))
        } else {
            Err(Misbehaviour::Pixels { bits })
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// A pixel that was read in the order of little-endian machines, as 0x00RRGGBB.
    pub fn colour(&self, pixel: u32) -> u32 {
        if *self == Self::OURS {
            return pixel & 0x00ff_ffff;
        }
        let [_, _, big, _, most @ .., red, green, blue, _, _, _] = self.0;
        let pixel = if big == 0 { pixel } else { pixel.swap_bytes() };
        let most = most.as_chunks::<2>().0;
        let part = |(most, shift): (&[u8; 2], u8)| {
            let most = u32::from(u16::from_be_bytes(*most));
            let value = pixel.checked_shr(shift.into()).unwrap_or_default() & most;
            (value * 255).checked_div(most).unwrap_or_default()
        };
        let parts = most.iter().zip([red, green, blue]).map(part);
        parts.fold(0, |colour, part| colour << 8 | part)
    }

    /// The message with which a viewer asks for it (RFC 6143 §7.5.1).
    pub fn request(&self) -> Vec<u8> {
        [&[0, 0, 0, 0][..], &self.0].concat()
    }
}

/// The size of a screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerSize {
    /// Across.
    pub width: u16,
    /// Down.
    pub height: u16,
}

impl ServerSize {
    /// A size that can be followed.
    ///
    /// # Errors
    /// If it has no pixels, or more than [`MAX_PIXELS`].
    pub fn new(width: u16, height: u16) -> Result<Self, Misbehaviour> {
        let size = Self { width, height };
        if (1..=u64::from(MAX_PIXELS)).contains(&size.pixels()) {
            Ok(size)
        } else {
            Err(Misbehaviour::Screen { width, height })
        }
    }

    /// How many pixels it has.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// What a server says last before its screen is shown (RFC 6143 §7.3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInit {
    /// The screen's size.
    pub size: ServerSize,
    /// How it writes pixels, if that can be followed; it is asked for [`PixelFormat::OURS`] otherwise.
    pub format: Option<PixelFormat>,
}

impl ServerInit {
    /// Its length without the name, in bytes.
    pub const LENGTH: usize = 24;

    /// Reads it up to the name, and how long that is.
    ///
    /// # Errors
    /// If the screen or the name cannot be.
    pub fn read(bytes: &[u8; Self::LENGTH]) -> Result<(Self, usize), Misbehaviour> {
        let [w0, w1, h0, h1, format @ .., n0, n1, n2, n3] = *bytes;
        let length = u32::from_be_bytes([n0, n1, n2, n3]);
        let name = usize::try_from(length).unwrap_or(usize::MAX);
        if name > MAX_DESKTOP_NAME {
            return Err(Misbehaviour::TooLong {
                what: "the name of a desktop",
                announced: length.into(),
                most: MAX_DESKTOP_NAME,
            });
        }
        let init = Self {
            size: ServerSize::new(u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]))?,
            format: PixelFormat::read(&format).ok(),
        };
        Ok((init, name))
    }

    /// What a viewer is told of it.
    pub fn told(&self, name: &str) -> Vec<u8> {
        let format = self.format.unwrap_or(PixelFormat::OURS);
        let mut told = Vec::with_capacity(Self::LENGTH + name.len());
        told.extend(self.size.width.to_be_bytes());
        told.extend(self.size.height.to_be_bytes());
        told.extend(format.as_bytes());
        told.extend(super::failure(name));
        told
    }
}
