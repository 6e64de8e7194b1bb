using System.Collections;

namespace Raft;

/// <summary>The members that the transport cannot reach. Lists of the same problems are equal, so that their statuses are.</summary>
internal sealed class TransportProblemList : IReadOnlyList<TransportProblem>
{
    private static readonly TransportProblemList None = new([]);

    private readonly TransportProblem[] _problems;

    private TransportProblemList(TransportProblem[] problems) => _problems = problems;

    public int Count => _problems.Length;

    public TransportProblem this[int index] => _problems[index];

    /// <summary>Asks the transport about every other member, while the node runs.</summary>
    public static TransportProblemList Of(ITransport? transport, NodeId self, in PublishedStatus status)
    {
        if (transport is null || !status.IsRunning)
        {
            return None;
        }

        List<TransportProblem>? problems = null;
        foreach (RaftMember member in status.Configuration.Members)
        {
            if (member.NodeId != self && Describe(transport, member.NodeId) is { Length: > 0 } description)
            {
                (problems ??= []).Add(new TransportProblem(member.NodeId, description));
            }
        }

        return problems is null ? None : new TransportProblemList([.. problems]);
    }

    private static string? Describe(ITransport transport, NodeId member)
    {
        try
        {
            return transport.DescribeProblem(member);
        }
        // Users' code. A status is needed most when something is broken.
        catch (Exception exception)
        {
            return $"the transport cannot describe it: {exception.GetType().Name}: {exception.Message.TrimEnd('.')}";
        }
    }

    public IEnumerator<TransportProblem> GetEnumerator() => ((IEnumerable<TransportProblem>)_problems).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is TransportProblemList other && _problems.AsSpan().SequenceEqual(other._problems);

    public override int GetHashCode() => _problems.Length;

    /// <summary>The end of a status's explanation.</summary>
    public override string ToString() => string.Concat(_problems.Select(static problem => $"; {problem}"));
}
