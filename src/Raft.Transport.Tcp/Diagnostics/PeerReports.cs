using Microsoft.Extensions.Logging;

namespace Raft.Transport.Tcp;

/// <summary>
/// Logs what happens with other processes. A problem is logged when it begins, at most once a minute while it lasts, and so is its end.
/// Texts of others are logged in one line and cut.
/// </summary>
/// <remarks>All members may be called on any thread, but not on that of a node: a logging provider may block.</remarks>
internal sealed partial class PeerReports(ILogger logger, IClock clock)
{
    private const int LongestText = 1_000;

    private readonly ILogger _logger = logger;
    private readonly KnownReports _known = new(clock);
    private readonly StrangerReports _strangers = new(clock);
    private readonly StrangerReports _events = new(clock); // that are ordinary: they use up nothing of what problems have

    public void Listening(TcpAddress address, bool isSecure) => Write(() => LogListening(address, isSecure ? "TLS" : "plaintext"));

    public void PlaintextAllowed(NodeKey node) => Write(() => LogPlaintextAllowed(node.NodeId, node.ClusterId));

    public void Connected(Connection connection)
    {
        bool isDialled = connection.Role == ConnectionRole.Dialler;
        if (isDialled ? _known.IsConnectionDue(connection.Name) : IsEventDue(connection))
        {
            Write(() => LogConnected(isDialled ? "to" : "from", connection.Name, connection.Version));
        }
    }

    /// <summary>A process cannot be reached, or refuses this one.</summary>
    public void Problem(string peer, PeerProblem problem)
    {
        if (!problem.IsOrdinary && _known.IsProblemDue(peer, problem.Kind))
        {
            Write(() => LogUnreachable(peer, Clean(problem.Text)));
        }
    }

    /// <summary>A connection was refused during its handshake.</summary>
    public void Refused(string peer, PeerProblem problem)
    {
        if (IsStrangerDue(peer, string.Empty, problem.Kind))
        {
            Write(() => LogRefused(peer, Clean(problem.Text)));
        }
    }

    public void Closed(Connection connection, PeerProblem problem)
    {
        if (problem.IsOrdinary)
        {
            if (IsEventDue(connection, problem.Kind))
            {
                Write(() => LogClosed(connection.Name, Clean(problem.Text)));
            }
        }
        else if (IsDue(connection, problem.Kind))
        {
            Write(() => LogLost(connection.Name, Clean(problem.Text)));
        }
    }

    public void NodeRefused(Connection connection, NodeRefusal refusal, bool byThis)
    {
        if (!IsStrangerDue(connection.Name, $"{refusal.Node} {byThis}", Handshake.ProblemOf(refusal.Code)))
        {
            return;
        }

        string cluster = Clean(refusal.Node.ClusterId);
        NodeId node = CleanId(refusal.Node.NodeId);
        if (byThis)
        {
            Write(() => LogRefusesNode(node, cluster, connection.Name, Clean(refusal.Reason)));
        }
        else
        {
            Write(() => LogNodeIsRefused(node, cluster, connection.Name, Clean(refusal.Reason)));
        }
    }

    public void MissingHere(Connection connection, NodeKey node, string here)
    {
        if (IsStrangerDue(connection.Name, $"{node}", PeerProblemKind.OtherNode))
        {
            string address = Clean(connection.Remote.DialledAddress);
            Write(() => LogMissing(connection.Name, address, CleanId(node.NodeId), Clean(node.ClusterId), Clean(here)));
        }
    }

    /// <summary>A message was too large for this process.</summary>
    public void TooLarge(string member, int size, int limit)
    {
        if (_known.IsProblemDue(member, PeerProblemKind.MessageTooLarge))
        {
            Write(() => LogTooLarge(size, member, limit));
        }
    }

    /// <summary>A message is too large for another process.</summary>
    public void TooLarge(Connection connection, int size, int limit)
    {
        if (IsDue(connection, PeerProblemKind.MessageTooLarge))
        {
            Write(() => LogTooLarge(size, connection.Name, limit));
        }
    }

    public void AcceptFailed(TcpAddress address, Exception exception)
    {
        if (_known.IsProblemDue(address.ToString(), PeerProblemKind.NotReached))
        {
            Write(() => LogAcceptFailed(exception, address));
        }
    }

    public void CertificateReloaded(string path, DateTime until) => Write(() => LogReloaded(path, until));

    public void CertificateNotReloaded(string path, Exception exception)
    {
        if (_known.IsProblemDue(path, PeerProblemKind.Certificate))
        {
            Write(() => LogNotReloaded(exception, path));
        }
    }

    private bool IsDue(Connection connection, PeerProblemKind kind) => connection.Role == ConnectionRole.Dialler
        ? _known.IsProblemDue(connection.Name, kind)
        : IsStrangerDue(connection.Name, string.Empty, kind);

    private bool IsStrangerDue(string address, string subject, PeerProblemKind kind)
    {
        bool isDue = _strangers.IsDue(UnprovenConnections.MachineOf(address), subject, kind, out bool isFirstOmitted);
        if (isFirstOmitted)
        {
            Write(() => LogOmitted(address));
        }

        return isDue;
    }

    private bool IsEventDue(Connection connection, PeerProblemKind kind = default)
    {
        string subject = connection.Role == ConnectionRole.Dialler
            ? connection.Name
            : $"{connection.Remote.Process} {connection.Remote.Lane}";
        return _events.IsDue(UnprovenConnections.MachineOf(connection.Name), subject, kind, out _);
    }

    private static string Clean(string text) => SafeText.Of(text, LongestText);

    private static NodeId CleanId(NodeId id) => SafeText.Of(id.Value, NodeId.MaximumLength);

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
}
