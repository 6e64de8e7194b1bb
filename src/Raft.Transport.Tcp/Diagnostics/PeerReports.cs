using Microsoft.Extensions.Logging;

namespace Raft.Transport.Tcp;

/// <summary>
/// Logs what happens with other processes. A problem is logged when it begins, at most once a minute while it lasts, and so is its end.
/// </summary>
/// <remarks>All members may be called on any thread, but not on that of a node: a logging provider may block.</remarks>
internal sealed partial class PeerReports(ILogger logger, IClock clock)
{
    private const int MaximumPeers = 1_024;
    private const int EventsPerInterval = 1_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Peer, PeerProblemKind Kind), TimeSpan> _reported = [];
    private TimeSpan _budgetSince;
    private int _budget = EventsPerInterval;

    public void Listening(TcpAddress address, bool isSecure) => Write(() => LogListening(address, isSecure ? "TLS" : "plaintext"));

    public void PlaintextAllowed(NodeKey node) => Write(() => LogPlaintextAllowed(node.NodeId, node.ClusterId));

    public void Connected(Connection connection)
    {
        if (connection.Role == ConnectionRole.Dialler)
        {
            Clear(connection.Name);
        }

        string direction = connection.Role == ConnectionRole.Dialler ? "to" : "from";
        WriteWithinBudget(() => LogConnected(direction, connection.Name, connection.Version));
    }

    /// <summary>A process cannot be reached, or refuses this one.</summary>
    public void Problem(string peer, PeerProblem problem)
    {
        if (!problem.IsOrdinary && IsDue(peer, problem.Kind))
        {
            Write(() => LogUnreachable(peer, problem.Text));
        }
    }

    /// <summary>A connection was refused during its handshake.</summary>
    public void Refused(string peer, PeerProblem problem)
    {
        if (IsDue(HostOf(peer), problem.Kind))
        {
            Write(() => LogRefused(peer, problem.Text));
        }
    }

    public void Closed(Connection connection, PeerProblem problem)
    {
        if (problem.IsOrdinary)
        {
            WriteWithinBudget(() => LogClosed(connection.Name, problem.Text));
        }
        else if (IsDue(KeyOf(connection), problem.Kind))
        {
            Write(() => LogLost(connection.Name, problem.Text));
        }
    }

    public void NodeRefused(Connection connection, NodeRefusal refusal, bool byThis)
    {
        if (!IsDue($"{KeyOf(connection)} {refusal.Node}", Handshake.ProblemOf(refusal.Code)))
        {
            return;
        }

        if (byThis)
        {
            Write(() => LogRefusesNode(refusal.Node.NodeId, refusal.Node.ClusterId, connection.Name, refusal.Reason));
        }
        else
        {
            Write(() => LogNodeIsRefused(refusal.Node.NodeId, refusal.Node.ClusterId, connection.Name, refusal.Reason));
        }
    }

    public void MissingHere(Connection connection, NodeKey node, string here)
    {
        if (IsDue($"{KeyOf(connection)} {node}", PeerProblemKind.OtherNode))
        {
            Write(() => LogMissing(connection.Name, connection.Remote.DialledAddress, node.NodeId, node.ClusterId, here));
        }
    }

    public void TooLarge(string peer, int size, int limit)
    {
        if (IsDue(peer, PeerProblemKind.MessageTooLarge))
        {
            Write(() => LogTooLarge(size, peer, limit));
        }
    }

    public void AcceptFailed(TcpAddress address, Exception exception)
    {
        if (IsDue(address.ToString(), PeerProblemKind.NotReached))
        {
            Write(() => LogAcceptFailed(exception, address));
        }
    }

    public void CertificateReloaded(string path, DateTime until) => Write(() => LogReloaded(path, until));

    public void CertificateNotReloaded(string path, Exception exception)
    {
        if (IsDue(path, PeerProblemKind.Certificate))
        {
            Write(() => LogNotReloaded(exception, path));
        }
    }

    /// <summary>What a problem is reported for once: an address that was dialled, or the machine that has connected.</summary>
    private static string KeyOf(Connection connection) =>
        connection.Role == ConnectionRole.Dialler ? connection.Name : HostOf(connection.Name);

    private static string HostOf(string address)
    {
        int port = address.LastIndexOf(':');
        return port < 0 ? address : address[..port];
    }

    /// <summary>Writes a message about an ordinary event, unless someone causes very many of them.</summary>
    private void WriteWithinBudget(Action write)
    {
        TimeSpan now = clock.Now;
        lock (_lock)
        {
            if (now - _budgetSince >= Interval)
            {
                (_budgetSince, _budget) = (now, EventsPerInterval);
            }

            if (_budget == 0)
            {
                return;
            }

            _budget--;
        }

        Write(write);
    }

    private static void Write(Action write)
    {
        try
        {
            write();
        }
        // A logging provider that throws must not end a connection.
        catch (Exception)
        {
            // the next message is tried again
        }
    }

    private bool IsDue(string peer, PeerProblemKind kind)
    {
        TimeSpan now = clock.Now;
        lock (_lock)
        {
            if (_reported.TryGetValue((peer, kind), out TimeSpan last) && now - last < Interval)
            {
                return false;
            }

            if (_reported.Count >= MaximumPeers)
            {
                // Someone connects from very many addresses. What is still reported is bounded too.
                (string, PeerProblemKind)[] over =
                    [.. _reported.Where(each => now - each.Value >= Interval).Select(static each => each.Key)];
                foreach ((string, PeerProblemKind) old in over)
                {
                    _reported.Remove(old);
                }

                if (_reported.Count >= MaximumPeers)
                {
                    return false;
                }
            }

            _reported[(peer, kind)] = now;
            return true;
        }
    }

    private void Clear(string peer)
    {
        lock (_lock)
        {
            foreach (PeerProblemKind kind in Enum.GetValues<PeerProblemKind>())
            {
                _reported.Remove((peer, kind));
            }
        }
    }
}
