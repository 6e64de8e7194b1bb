namespace Raft.Chaos.Tests;

/// <summary>What the folders of stopped nodes must be.</summary>
public sealed class FolderCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chaos-").FullName;

    [Fact]
    public void Compare_FolderCannotBeDumped_IsReported()
    {
        string? problem = FolderCheck.Compare([_folder, _folder], throughIndex: 10, out _);

        Assert.StartsWith($"raft log dump {_folder} ends with NotAStore", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_NoStore_IsReported() =>
        Assert.Contains("NotAStore", FolderCheck.Verify(_folder, wasKilled: true), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
