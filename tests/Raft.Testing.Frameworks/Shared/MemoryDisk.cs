namespace Raft.Testing.Frameworks;

/// <summary>What is under test here: a store whose content lasts as long as the object.</summary>
internal sealed class MemoryDisk : LogStoreSubject
{
    private readonly InMemoryLogStore _store = new();

    public override ILogStore CreateStore() => _store;
}
