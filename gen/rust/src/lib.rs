// @generated
pub mod asyncgate {
    pub mod machine {
        // @@protoc_insertion_point(attribute:asyncgate.machine.v1)
        pub mod v1 {
            include!("asyncgate/machine/v1/asyncgate.machine.v1.rs");
            // @@protoc_insertion_point(asyncgate.machine.v1)
        }
    }
    pub mod node {
        // @@protoc_insertion_point(attribute:asyncgate.node.v1)
        pub mod v1 {
            include!("asyncgate/node/v1/asyncgate.node.v1.rs");
            // @@protoc_insertion_point(asyncgate.node.v1)
        }
    }
    pub mod options {
        // @@protoc_insertion_point(attribute:asyncgate.options.v1)
        pub mod v1 {
            include!("asyncgate/options/v1/asyncgate.options.v1.rs");
            // @@protoc_insertion_point(asyncgate.options.v1)
        }
    }
    // @@protoc_insertion_point(attribute:asyncgate.v1)
    pub mod v1 {
        include!("asyncgate/v1/asyncgate.v1.rs");
        // @@protoc_insertion_point(asyncgate.v1)
    }
}
