namespace Raft;

/// <summary>The latest digests of this node's own state, in the order of their indexes. Used by the node's worker only.</summary>
internal sealed class DigestHistory
{
    /// <summary>More are not kept: members that are further apart are compared when they are closer.</summary>
    private const int MostDigests = 256;

    private readonly List<IndexedDigest> _digests = [];

    /// <summary>The index of the latest digest; 0 if there is none.</summary>
    public long LastIndex => _digests.Count == 0 ? 0 : _digests[^1].Index;

    /// <summary>Adds a digest, unless there is one of a later index.</summary>
    public void Add(IndexedDigest digest)
    {
        if (digest.Index <= LastIndex)
        {
            return;
        }

        if (_digests.Count == MostDigests)
        {
            _digests.RemoveRange(0, MostDigests / 2);
        }

        _digests.Add(digest);
    }

    /// <summary>The digest of an index; null if it is not known.</summary>
    public ulong? Find(long index)
    {
        for (int i = _digests.Count - 1; i >= 0 && _digests[i].Index >= index; i--)
        {
            if (_digests[i].Index == index)
            {
                return _digests[i].Digest;
            }
        }

        return null;
    }

    /// <summary>The latest digests after an index, in order.</summary>
    public IndexedDigest[] LatestAfter(long index, int most)
    {
        int first = _digests.Count;
        while (first > 0 && _digests.Count - first < most && _digests[first - 1].Index > index)
        {
            first--;
        }

        return [.. _digests[first..]];
    }
}
