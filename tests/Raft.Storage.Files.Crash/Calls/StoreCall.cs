namespace Raft.Storage.Files.Crash;

/// <summary>A call of a storage.</summary>
/// <param name="Number">Its number, from 1 on.</param>
/// <param name="Name">What it does.</param>
/// <param name="IsAlone">Whether it is made only when all earlier calls are complete, and awaited before the next one.</param>
/// <param name="Make">Makes it. The task completes when the call would survive a crash.</param>
internal sealed record StoreCall(long Number, string Name, bool IsAlone, Func<ILogStore, ISnapshotStore, Task> Make);
