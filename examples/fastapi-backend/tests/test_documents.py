def create(client, text="First sentence. Second sentence."):
    return client.post("/documents", json={"title": "A title", "text": text})


def test_a_document_can_be_read_back(client):
    created = create(client)
    assert created.status_code == 201
    read = client.get(f"/documents/{created.json()['id']}").json()
    assert (read["title"], read["words"]) == ("A title", 4)


def test_an_uploaded_file_is_stored_under_its_name(client):
    answer = client.post("/documents/upload", files={"file": ("notes.txt", b"some notes")})
    assert (answer.status_code, answer.json()["title"]) == (201, "notes.txt")


def test_a_binary_upload_is_refused(client):
    answer = client.post("/documents/upload", files={"file": ("a.bin", b"\xff\xfe\x00")})
    assert answer.status_code == 415


def test_an_empty_document_is_refused(client):
    assert create(client, text="").status_code == 422


def test_a_summary_is_made_and_kept(client):
    number = create(client).json()["id"]
    assert client.post(f"/documents/{number}/summary").status_code == 202
    assert client.get(f"/documents/{number}/summary").json()["summary"] == "First sentence"
