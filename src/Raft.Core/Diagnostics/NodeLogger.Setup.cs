using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>Messages about nodes that do not agree on their setup or their clocks, and about a node that comes late.</content>
internal sealed partial class NodeLogger
{
    public void OptionsDiffer(NodeId member, string differences) => Write(() => LogOptionsDiffer(nodeId, member, differences));

    public void OptionsAgree(NodeId member) => Write(() => LogOptionsAgree(nodeId, member));

    public void SecondLeader(string problem, long term) => Write(() => LogSecondLeader(nodeId, term, problem));

    public void NotListed(string problem) => Write(() => LogNotListed(nodeId, problem));

    public void ElectionsRepeat(long count, string situation) => Write(() => LogElectionsRepeat(nodeId, count, situation));

    public void ClockDiffers(NodeId member, TimeSpan difference, string direction) =>
        Write(() => LogClockDiffers(nodeId, member, difference, direction));

    public void ClockAgrees(NodeId member) => Write(() => LogClockAgrees(nodeId, member));

    public void LogTimeAhead(TimeSpan ahead) => Write(() => LogLogTimeAhead(nodeId, ahead));

    public void LogTimeCaughtUp() => Write(() => LogLogTimeCaughtUp(nodeId));

    public void Late(TimeSpan lateness, long count) => Write(() => LogLate(nodeId, lateness, count));

    [LoggerMessage(
        153, LogLevel.Warning,
        "Node {NodeId} runs with other options than {Member}: {Differences}. Give all members the same options",
        EventName = "OptionsDiffer")]
    private partial void LogOptionsDiffer(NodeId nodeId, NodeId member, string differences);

    [LoggerMessage(156, LogLevel.Information, "Node {NodeId} runs with the same options as {Member} now", EventName = "OptionsAgree")]
    private partial void LogOptionsAgree(NodeId nodeId, NodeId member);

    [LoggerMessage(
        157, LogLevel.Error,
        "Node {NodeId} sees two leaders of term {Term}: {Problem}. A voter has voted twice, because it lost its store, or nodes count "
        + "different members: stop all nodes, compare their members and stores, and keep the data of both leaders",
        EventName = "SecondLeader")]
    private partial void LogSecondLeader(NodeId nodeId, long term, string problem);

    [LoggerMessage(
        158, LogLevel.Warning,
        "Node {NodeId} receives messages of a node that does not agree with it on the members: {Problem}. Stop a node that is no longer a "
        + "member, or correct the members that it was started with",
        EventName = "NotListed")]
    private partial void LogNotListed(NodeId nodeId, string problem);

    [LoggerMessage(
        159, LogLevel.Warning,
        "Node {NodeId} had {Count} messages about elections in a minute, and has left most of them out: {Situation}",
        EventName = "ElectionsRepeat")]
    private partial void LogElectionsRepeat(NodeId nodeId, long count, string situation);

    [LoggerMessage(
        165, LogLevel.Warning,
        "Node {NodeId} sees that the clock of {Member} is {Difference} {Direction} the clocks of the majority of the voters: correct the "
        + "clock. Entries get times near those of the majority until then",
        EventName = "ClockDiffers")]
    private partial void LogClockDiffers(NodeId nodeId, NodeId member, TimeSpan difference, string direction);

    [LoggerMessage(
        166, LogLevel.Information, "Node {NodeId} sees that the clock of {Member} is near those of the majority again",
        EventName = "ClockAgrees")]
    private partial void LogClockAgrees(NodeId nodeId, NodeId member);

    [LoggerMessage(
        167, LogLevel.Warning,
        "The log of node {NodeId} has a time that is {Ahead} ahead of the clocks of the majority of the voters, from a clock that was "
        + "wrong: the time of its entries advances at half speed until the clocks reach it",
        EventName = "LogTimeAhead")]
    private partial void LogLogTimeAhead(NodeId nodeId, TimeSpan ahead);

    [LoggerMessage(
        168, LogLevel.Information, "The clocks have reached the time of the log of node {NodeId}", EventName = "LogTimeCaughtUp")]
    private partial void LogLogTimeCaughtUp(NodeId nodeId);

    [LoggerMessage(
        169, LogLevel.Warning,
        "Node {NodeId} came late: {Lateness} after its timer was due, {Count} times since the last such message. Its process was paused or "
        + "had no thread for it, and could not listen to its leader or its followers: look for blocked threads of the pool, garbage "
        + "collections, a debugger or a busy machine",
        EventName = "Late")]
    private partial void LogLate(NodeId nodeId, TimeSpan lateness, long count);
}
