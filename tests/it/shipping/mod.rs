//! What others take: the image, the wheel, the manifests and the documents.

mod documents;
mod image;
mod name;
mod platforms;
mod reference;
mod wheel;
