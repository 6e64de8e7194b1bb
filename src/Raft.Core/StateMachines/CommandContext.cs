namespace Raft;

/// <summary>Where a command stands in the log: the same on every node, so a state machine may use it in what it computes.</summary>
/// <param name="Index">Its index; grows from command to command, by more than one where entries of the algorithm stand between.</param>
/// <param name="Term">The term of the leader that appended it.</param>
/// <param name="Time">The leader's UTC when it appended the command; never falls along the log. The only clock that a state machine may read.</param>
public readonly record struct CommandContext(long Index, long Term, DateTimeOffset Time);
