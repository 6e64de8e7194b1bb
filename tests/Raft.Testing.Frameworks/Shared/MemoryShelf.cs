namespace Raft.Testing.Frameworks;

/// <summary>What is under test here: a snapshot store whose content lasts as long as the object.</summary>
internal sealed class MemoryShelf : SnapshotStoreSubject
{
    private readonly InMemorySnapshotStore _store = new();

    public override ISnapshotStore CreateStore() => _store;
}
