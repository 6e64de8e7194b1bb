namespace Raft;

/// <summary>Has no options: it is validated when a host starts, so that the options of all nodes are checked at once.</summary>
internal sealed class RaftHostOptions;
