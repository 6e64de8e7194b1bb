using Raft.Testing;

namespace Raft.Soak;

/// <summary>The network of a run: links that can be cut, and faults of the messages on them.</summary>
internal sealed record SoakNetwork(InProcessNetwork Links, FaultyNetwork Faults)
{
    public ITransport CreateTransport() => Faults.Wrap(Links.CreateTransport());

    public void Heal()
    {
        Links.Heal();
        Faults.Heal();
    }
}
