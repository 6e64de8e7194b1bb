namespace Raft;

/// <summary>Which kinds of entries this version implements. To accept others and skip them would lose their effect.</summary>
internal static class EntryKinds
{
    /// <summary>Whether entries of this kind are accepted, from other nodes and from the log store.</summary>
    public static bool IsImplemented(this EntryKind kind) => kind is EntryKind.Command or EntryKind.NoOp or EntryKind.Configuration;
}
