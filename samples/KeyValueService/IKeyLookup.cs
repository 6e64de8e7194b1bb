namespace KeyValueService;

/// <summary>What reads need of the state. A reader of the <see cref="KeyValueStore"/> is also a reader of this.</summary>
internal interface IKeyLookup
{
    /// <summary>Looks up a key.</summary>
    Answer Find(string key);
}
