namespace Raft.Storage.Files.Crash;

/// <summary>Something that was acknowledged was not found after a crash, or something was found that was not written.</summary>
internal sealed class LostDataException(string message) : Exception(message);
