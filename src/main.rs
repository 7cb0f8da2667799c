//! The command line.

fn main() -> anyhow::Result<()> {
    Ok(())
}
