namespace Raft.Aot;

[RaftCommand]
internal readonly partial record struct Transfer(long Amount, [property: Since(2)] string? Reason = null);

[RaftCommand]
internal readonly partial record struct Balance(long Amount, string? Reason);
