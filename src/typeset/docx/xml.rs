//! XML, element by element.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

pub struct Xml {
    writer: Writer<Vec<u8>>,
    open: Vec<&'static str>,
}

pub type Attribute<'a> = (&'static str, &'a str);

impl Xml {
    pub fn new() -> io::Result<Xml> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), Some("yes"))))?;
        Ok(Xml { writer, open: Vec::new() })
    }

    pub fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) -> io::Result<()> {
        self.open.push(name);
        self.writer.write_event(Event::Start(start(name, attributes)))
    }

    /// Ends the element that was opened last.
    pub fn close(&mut self) -> io::Result<()> {
        match self.open.pop() {
            Some(name) => self.writer.write_event(Event::End(BytesEnd::new(name))),
            None => Ok(()),
        }
    }

    pub fn leaf(&mut self, name: &'static str, attributes: &[Attribute<'_>]) -> io::Result<()> {
        self.writer.write_event(Event::Empty(start(name, attributes)))
    }

    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_event(Event::Text(BytesText::new(text)))
    }

    /// An element with one value, in the way that most of this format's are.
    pub fn value(&mut self, name: &'static str, value: &str) -> io::Result<()> {
        self.leaf(name, &[("w:val", value)])
    }

    /// An element that is there or not.
    pub fn flag(&mut self, name: &'static str, set: bool) -> io::Result<()> {
        if set { self.leaf(name, &[]) } else { Ok(()) }
    }

    pub fn element(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        self.text(text)?;
        self.close()
    }

    /// Everything, with what is still open ended.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        while !self.open.is_empty() {
            self.close()?;
        }
        Ok(self.writer.into_inner())
    }
}

fn start<'a>(name: &'static str, attributes: &[Attribute<'a>]) -> BytesStart<'a> {
    BytesStart::new(name).with_attributes(attributes.iter().copied())
}
