using Raft.Storage.Files.Tests.Disk;

namespace Raft.Storage.Files.Tests.Simulated;

public sealed class MemoryFileSystemContractTests : FileSystemContract
{
    private readonly MemoryFileSystem _files = new();

    public MemoryFileSystemContractTests() => _files.CreateDirectory("/disk");

    private protected override IFileSystem Files => _files;

    private protected override string Root => "/disk";
}
