namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>A change of names in a folder that was not synced: a creation or deletion changes one name, a renaming two.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="Names">The new file of each name; null where the name is removed.</param>
internal sealed record NameChange(string Directory, IReadOnlyList<KeyValuePair<string, MemoryFile?>> Names)
{
    public bool Touches(string path) => Names.Any(name => name.Key == path);

    public void ApplyTo(SortedDictionary<string, MemoryFile> names)
    {
        foreach ((string path, MemoryFile? file) in Names)
        {
            if (file is null)
            {
                names.Remove(path);
            }
            else
            {
                names[path] = file;
            }
        }
    }
}
