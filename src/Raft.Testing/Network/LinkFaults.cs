namespace Raft.Testing;

/// <summary>What a <see cref="FaultyNetwork"/> does to the messages that are sent now.</summary>
internal sealed record LinkFaults(double DropRate, double DuplicateRate, TimeSpan MinimumDelay, TimeSpan MaximumDelay)
{
    public static readonly LinkFaults None = new(0, 0, TimeSpan.Zero, TimeSpan.Zero);
}
