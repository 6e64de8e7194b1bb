using Raft;
using Raft.Testing;

// The attributes that the fragment uses. Complete projects are in tests/Raft.Testing.Frameworks.
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DynamicDataAttribute(string member) : Attribute
{
    public string Member { get; } = member;
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class TestMethodAttribute : Attribute;

internal sealed class Context
{
    private static readonly LogStoreContract Contract = new(static () => new MyDisk());

// snippet

    private sealed class MyDisk : LogStoreSubject
    {
        private readonly InMemoryLogStore _store = new();

        public override ILogStore CreateStore() => _store;
    }
}
