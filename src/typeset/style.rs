//! The styles of the papers, by name: one table for the PDF and for the word processor.
//!
//! Sizes, weights and spacing are those of Decree 30/2020/NĐ-CP, Annex I.

use super::{Align, mm};

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// The state's name, at the head.
    Nation,
    Motto,
    /// The body above the one that issues.
    ParentBody,
    IssuingBody,
    Number,
    PlaceAndDate,
    /// What kind of paper it is.
    Title,
    /// What it is about.
    Subject,
    /// A heading of a part.
    Heading,
    /// What a table is of.
    Caption,
    Body,
    /// A line of a list, with a hanging indent.
    Item,
    /// A remark in small type.
    Note,
    /// The smallest: how a paper is checked.
    FinePrint,
    CellHead,
    Cell,
    CellGroup,
    Signatory,
    SignatureHint,
    SignatoryName,
    RecipientsHead,
    Recipient,
    /// A line of plain text in the middle.
    Centred,
    /// Large: a code to be typed.
    Code,
    /// The page number.
    Running,
    Warning,
    Foot,
}

/// How a style looks. Lengths in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The name that a word processor shows.
    pub name: &'static str,
    pub size: f32,
    pub bold: bool,
    pub italic: bool,
    pub align: Align,
    /// Of the first line, more than of the others; a hanging indent is negative.
    pub first_indent: f32,
    pub indent: f32,
    pub before: f32,
    /// Of the distance that the font asks for between two lines.
    pub leading: f32,
    pub keep_with_next: bool,
    /// 1 for the title, 2 for the heading of a part.
    pub heading: Option<u8>,
}

impl Style {
    pub const ALL: [Style; 27] = [
        Style::Nation,
        Style::Motto,
        Style::ParentBody,
        Style::IssuingBody,
        Style::Number,
        Style::PlaceAndDate,
        Style::Title,
        Style::Subject,
        Style::Heading,
        Style::Caption,
        Style::Body,
        Style::Item,
        Style::Note,
        Style::FinePrint,
        Style::CellHead,
        Style::Cell,
        Style::CellGroup,
        Style::Signatory,
        Style::SignatureHint,
        Style::SignatoryName,
        Style::RecipientsHead,
        Style::Recipient,
        Style::Centred,
        Style::Code,
        Style::Running,
        Style::Warning,
        Style::Foot,
    ];

    pub fn look(self) -> Look {
        let plain = Look {
            name: "",
            size: 13.0,
            bold: false,
            italic: false,
            align: Align::Left,
            first_indent: 0.0,
            indent: 0.0,
            before: 0.0,
            leading: 1.0,
            keep_with_next: false,
            heading: None,
        };
        let centred = Look { align: Align::Centre, ..plain };
        let bold = Look { bold: true, ..centred };
        match self {
            Style::Nation => Look { name: "Nation", size: 12.0, ..bold },
            Style::Motto => Look { name: "Motto", ..bold },
            Style::ParentBody => Look { name: "Parent body", size: 12.0, ..centred },
            Style::IssuingBody => Look { name: "Issuing body", size: 12.0, ..bold },
            Style::Number => Look { name: "Number", before: 6.0, ..centred },
            Style::PlaceAndDate => Look { name: "Place and date", italic: true, before: 6.0, ..centred },
            Style::Title => {
                Look { name: "Title", size: 14.0, before: 14.0, keep_with_next: true, heading: Some(1), ..bold }
            }
            Style::Subject => Look { name: "Subtitle", size: 14.0, keep_with_next: true, ..bold },
            Style::Heading => Look {
                name: "Heading 1",
                align: Align::Left,
                before: 10.0,
                keep_with_next: true,
                heading: Some(2),
                first_indent: mm(10.0),
                ..bold
            },
            Style::Caption => Look {
                name: "Caption",
                bold: true,
                italic: true,
                first_indent: mm(10.0),
                before: 8.0,
                keep_with_next: true,
                ..plain
            },
            Style::Body => Look {
                name: "Body Text",
                align: Align::Justify,
                first_indent: mm(10.0),
                before: 6.0,
                leading: 1.1,
                ..plain
            },
            Style::Item => {
                Look { name: "List", align: Align::Justify, first_indent: mm(10.0), before: 3.0, leading: 1.1, ..plain }
            }
            Style::Note => {
                Look { name: "Note", size: 11.0, italic: true, first_indent: mm(10.0), before: 4.0, ..plain }
            }
            Style::FinePrint => Look { name: "Fine print", size: 10.0, ..plain },
            Style::CellHead => Look { name: "Table head", size: 12.0, ..bold },
            Style::Cell => Look { name: "Table text", size: 12.0, ..plain },
            Style::CellGroup => Look { name: "Table group", size: 12.0, bold: true, ..plain },
            Style::Signatory => Look { name: "Signatory", ..bold },
            Style::SignatureHint => Look { name: "Signature hint", italic: true, ..centred },
            Style::SignatoryName => Look { name: "Signatory name", ..bold },
            Style::RecipientsHead => Look { name: "Recipients head", size: 12.0, bold: true, italic: true, ..plain },
            Style::Recipient => Look { name: "Recipient", size: 11.0, ..plain },
            Style::Centred => Look { name: "Centred", before: 4.0, ..centred },
            Style::Code => Look { name: "Code", size: 30.0, before: 8.0, ..bold },
            Style::Running => Look { name: "header", ..centred },
            Style::Warning => Look { name: "Warning", size: 11.0, ..bold },
            Style::Foot => Look { name: "footer", size: 10.0, ..plain },
        }
    }
}
