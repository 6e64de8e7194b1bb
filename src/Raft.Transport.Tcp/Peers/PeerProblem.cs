using System.Diagnostics.CodeAnalysis;

namespace Raft.Transport.Tcp;

/// <summary>The kinds of problems with another process. Each is reported once while it lasts.</summary>
internal enum PeerProblemKind
{
    InvalidAddress,
    PlaintextNotAllowed,
    NameNotFound,
    NobodyListens,
    TimedOut,
    NotReached,
    NotThisProtocol,
    IncompatibleVersion,
    Certificate,
    NotAuthorized,
    OtherCluster,
    OtherNode,
    Duplicate,
    Protocol,
    Lost,
    Refused,
    Replaced,
    Stopping,
    MessageTooLarge,
    QueueFull,
}

/// <summary>A problem with another process.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">What happened and what to do, as the rest of a sentence, without a period.</param>
internal sealed record PeerProblem(PeerProblemKind Kind, string Text)
{
    /// <summary>Whether it is the ordinary end of a connection, and no problem.</summary>
    public bool IsOrdinary => Kind is PeerProblemKind.Stopping or PeerProblemKind.Replaced;

    /// <summary>The value of a metric's tag.</summary>
    public string Tag => Kind switch
    {
        PeerProblemKind.InvalidAddress => "invalid_address",
        PeerProblemKind.PlaintextNotAllowed => "plaintext_not_allowed",
        PeerProblemKind.NameNotFound => "name_not_found",
        PeerProblemKind.NobodyListens => "nobody_listens",
        PeerProblemKind.TimedOut => "timed_out",
        PeerProblemKind.NotReached => "not_reached",
        PeerProblemKind.NotThisProtocol => "not_this_protocol",
        PeerProblemKind.IncompatibleVersion => "incompatible_version",
        PeerProblemKind.Certificate => "certificate",
        PeerProblemKind.NotAuthorized => "not_authorized",
        PeerProblemKind.OtherCluster => "other_cluster",
        PeerProblemKind.OtherNode => "other_node",
        PeerProblemKind.Duplicate => "duplicate",
        PeerProblemKind.Protocol => "protocol",
        PeerProblemKind.Lost => "lost",
        PeerProblemKind.Refused => "refused",
        PeerProblemKind.Replaced => "replaced",
        PeerProblemKind.Stopping => "stopping",
        PeerProblemKind.MessageTooLarge => "message_too_large",
        _ => "queue_full",
    };
}

/// <summary>Carries a <see cref="PeerProblem"/> to the code that reports it.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has a problem.")]
internal sealed class PeerException(PeerProblem problem, Exception? cause = null) : Exception(problem.Text, cause)
{
    public PeerException(PeerProblemKind kind, string text, Exception? cause = null)
        : this(new PeerProblem(kind, text), cause)
    {
    }

    public PeerProblem Problem => problem;
}
