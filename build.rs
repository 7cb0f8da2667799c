//! Has a build notice what the compiler does not: new migrations, and in a release build the web app as it is now, also
//! when it was not there at the build before.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/records/migrations");
    // Debug builds read the files when they start.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed=web/dist");
    }
}
