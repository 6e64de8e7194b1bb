namespace Raft.Transport.Tcp;

/// <summary>The name of the options of a node that uses TCP.</summary>
internal sealed record TcpNodeName(string OptionsName);

/// <summary>What the options of the transport and those of a node must have in common.</summary>
internal static class HostRules
{
    private const int Overhead = 64 * 1_024;
    private const int HalfOf = 2;
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>Completes the options from those of the nodes of a host. What is set stays.</summary>
    public static void Complete(TcpTransportOptions options, IReadOnlyCollection<RaftNodeOptions> nodes)
    {
        if (options.MaximumQueueDelay is null && nodes.Count > 0)
        {
            TimeSpan delay = nodes.Min(static node => node.MinimumElectionTimeout) / HalfOf;
            options.MaximumQueueDelay = delay < ShortestDelay ? ShortestDelay : delay > LongestDelay ? LongestDelay : delay;
        }
    }

    /// <summary>Checks that messages of a node fit.</summary>
    /// <exception cref="TcpTransportException">They do not.</exception>
    public static void RequireRoom(TcpTransportOptions options, RaftNodeOptions node, string name)
    {
        (string Name, int Value)[] sizes =
        [
            (nameof(node.MaximumMessageBytes), node.MaximumMessageBytes),
            (nameof(node.MaximumCommandBytes), node.MaximumCommandBytes),
            (nameof(node.SnapshotChunkBytes), node.SnapshotChunkBytes),
        ];
        foreach ((string option, int value) in sizes)
        {
            if (value > options.MaximumFrameBytes - Overhead)
            {
                throw new TcpTransportException(
                    $"{option} of {(name.Length == 0 ? "the node" : $"node '{name}'")} is {value}, but "
                    + $"{nameof(options.MaximumFrameBytes)} of the TCP transport is {options.MaximumFrameBytes}: set it to "
                    + $"{(long)value + Overhead} or more on all processes, or lower {option}.");
            }
        }
    }
}
