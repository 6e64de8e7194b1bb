namespace Raft;

/// <summary>The position of a command in the log. It is the same on every node, so a state machine may use it in its computation.</summary>
/// <param name="Index">
/// Its index. It increases from command to command, by more than one where the algorithm has added entries between them.
/// </param>
/// <param name="Term">The term of the leader that appended it.</param>
/// <param name="Time">
/// The leader's UTC time when it appended the command. It never decreases along the log. A state machine must not read any
/// other clock.
/// </param>
public readonly record struct CommandContext(long Index, long Term, DateTimeOffset Time);
