def test_health_answers_without_a_database(client):
    assert client.get("/health").json() == {"status": "ok"}


def test_ready_names_what_was_reached(client):
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "off"})


def test_metrics_count_requests_by_route(client):
    client.get("/documents/1")
    assert 'route="/documents/{document_id}",status="404"' in client.get("/metrics").text
