namespace Raft.Testing;

/// <summary>What one state of a log store holds.</summary>
internal sealed class LogImage
{
    public HardState HardState { get; set; }

    public StoredEntries Entries { get; } = new();

    public LogState State => new(HardState, Entries.PreviousIndex, Entries.PreviousTerm, Entries.LastIndex, Entries.LastTerm);

    public LogImage Copy()
    {
        LogImage copy = new() { HardState = HardState };
        copy.Entries.Reset(Entries.PreviousIndex, Entries.PreviousTerm);
        copy.Entries.Write(Entries.PreviousIndex + 1, Entries.Read(Entries.PreviousIndex + 1, int.MaxValue, long.MaxValue));
        return copy;
    }
}
